import { existsSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Kept out of the bundle: Electron itself, native modules, and what `ws` only tries for. */
const external = [/^electron(\/|$)/, /^libsql(\/|$)/, /^keytar(\/|$)/, 'bufferutil', 'utf-8-validate', /^node:/, ...builtinModules];

const entry = Object.fromEntries(
  Object.entries({
    cli: 'src-main/cli.ts',
    desktop: 'src-main/desktop.ts',
    'database-worker': 'src-main/storage/database-worker.ts',
    'search-worker': 'src-main/agents/tools/search/search-worker.ts',
  }).filter(([, file]) => existsSync(file)),
);

const standIn = (name: string): string => fileURLToPath(new URL(`deploy/build/stand-ins/${name}.cjs`, import.meta.url));

/** The gateway, the CLI, the desktop entry and the storage worker: ESM, all in one folder, so that a worker stands beside its user. */
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true },
  resolve: {
    tsconfigPaths: true,
    alias: [
      { find: /^undici$/, replacement: standIn('undici') },
      { find: /^debug$/, replacement: standIn('debug') },
      { find: /^mime-types$/, replacement: standIn('mime-types') },
      { find: /^node:http2$/, replacement: standIn('http2') },
    ],
  },
  build: {
    ssr: true,
    target: 'node20.18',
    outDir: 'out/main',
    emptyOutDir: true,
    license: { fileName: 'licenses.json' },
    sourcemap: true,
    minify: false,
    rollupOptions: {
      input: entry,
      external,
      output: {
        format: 'es',
        entryFileNames: '[name].js',
        chunkFileNames: '[name]-[hash].js',
        // Names stay as they are, for stacks; without comments and blanks there is a third less to read at every start.
        minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
      },
    },
  },
});
