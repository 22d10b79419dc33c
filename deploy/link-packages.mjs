#!/usr/bin/env node
// `npm run link-packages`: makes `npx create-openclaw-plugin` this checkout's, for as long as nobody has published that name.
// Fetches nothing. Undo: npm uninstall --global create-openclaw-plugin
import { execFileSync } from 'node:child_process';
import { build, root } from './build.mjs';

await build({ only: ['packages'] });
execFileSync('npm', ['install', '--global', '--offline', '--no-audit', '--no-fund', `${root}/packages/create-openclaw-plugin`], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
process.stdout.write('npx create-openclaw-plugin <name> now starts a plugin, in any folder.\n');
