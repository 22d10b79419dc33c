import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** `packages/create-openclaw-plugin` as it is published: its program, with the template and the built SDK in it as texts. */
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true },
  plugins: [
    {
      name: 'plugin-sdk',
      buildStart() {
        rmSync(here('./packages/plugin-sdk/dist'), { recursive: true, force: true });
        execFileSync(process.execPath, [here('./node_modules/typescript/bin/tsc'), '-p', here('./packages/plugin-sdk')], {
          stdio: 'inherit',
        });
      },
    },
  ],
  build: {
    ssr: true,
    target: 'node20.18',
    outDir: 'packages/create-openclaw-plugin/dist',
    emptyOutDir: true,
    license: { fileName: 'licenses.md' },
    minify: false,
    rollupOptions: {
      input: {
        bin: 'packages/create-openclaw-plugin/src/bin.ts',
        index: 'packages/create-openclaw-plugin/src/index.ts',
      },
      output: {
        format: 'es',
        entryFileNames: '[name].mjs',
        chunkFileNames: '[name].mjs',
        minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
      },
    },
  },
});
