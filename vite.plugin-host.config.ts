import { defineConfig } from 'vite';

/**
 * What a process of plugins runs: one CommonJS file in a folder of its own, with a `package.json` beside it. It may read
 * nothing else, and Node would look for one in every folder above.
 */
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true },
  plugins: [
    {
      name: 'package-json',
      generateBundle() {
        this.emitFile({ type: 'asset', fileName: 'package.json', source: '{ "type": "commonjs" }\n' });
      },
    },
  ],
  build: {
    ssr: true,
    target: 'node20.18',
    outDir: 'out/plugin-host',
    emptyOutDir: true,
    license: { fileName: 'licenses.json' },
    sourcemap: false,
    minify: false,
    rollupOptions: {
      input: { 'plugin-host': 'src-main/channels/host-process/plugin-host-child.ts' },
      output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false, minify: { compress: true, mangle: false } },
    },
  },
});
