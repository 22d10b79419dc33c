// Minimal stand-in for Electron's default_app.asar, which the test runtime lacks: run `electron [flags] <path to app>`.
import fs from 'node:fs';
import Module from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

const preloads = [];
let file = null;
const argv = process.argv.slice(1);
for (let i = 0; i < argv.length; i++) {
  const a = argv[i];
  if (a === '-v' || a === '--version') {
    console.log(`v${process.versions.electron}`);
    process.exit(0);
  }
  if (a === '-a' || a === '--abi') {
    console.log(process.versions.modules);
    process.exit(0);
  }
  if (a === '-r' || a === '--require') {
    preloads.push(argv[++i]);
    continue;
  }
  if (a.startsWith('--app=')) {
    file = a.slice(6);
    break;
  }
  if (a.startsWith('-')) continue;
  file = a;
  break;
}
if (!file) {
  console.error('usage: electron [options] <path to app>');
  process.exit(1);
}

if (preloads.length) Module._preloadModules(preloads);

const target = path.resolve(file);
let appPath = path.dirname(target);
const pkgFile = path.join(target, 'package.json');
if (fs.existsSync(pkgFile)) {
  const pkg = JSON.parse(fs.readFileSync(pkgFile, 'utf8'));
  if (pkg.version) app.setVersion(pkg.version);
  app.name = pkg.productName || pkg.name || app.name;
  app.setDesktopName(pkg.desktopName || `${app.name}.desktop`);
  appPath = target;
}
let entry;
try {
  entry = Module._resolveFilename(target, null, true);
} catch (e) {
  console.error(`Unable to find Electron app at ${target}\n\n${e.message}`);
  process.exit(1);
}
app.setAppPath(appPath);
Object.defineProperty(process, 'defaultApp', { configurable: false, enumerable: true, value: true });
await import(pathToFileURL(entry).href);
