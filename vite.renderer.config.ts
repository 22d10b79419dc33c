import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * The console: two pages, `index.html` (served by the gateway at `/`, also below `gateway.basePath`, hence the relative base) and
 * `startup.html` (what the shell shows when there is no gateway).
 */
export default defineConfig({
  root: here('./src-renderer'),
  base: './',
  plugins: [react(), tailwindcss(), sonnerWithoutStyleElement()],
  build: {
    outDir: here('./out/renderer'),
    emptyOutDir: true,
    license: { fileName: 'licenses.json' },
    target: 'chrome130',
    cssTarget: 'chrome130',
    minify: true,
    sourcemap: false,
    // The polyfill is for browsers without `modulepreload`; no browser that runs the target lacks it.
    modulePreload: { polyfill: false },
    // Inlined assets would need `data:` in the CSP for more than it has.
    assetsInlineLimit: 0,
    rollupOptions: { input: { index: here('./src-renderer/index.html'), startup: here('./src-renderer/startup.html') } },
  },
});

/** Sonner writes a `<style>` element when it is imported, which `style-src 'self'` refuses; `styles.css` imports its stylesheet instead. */
function sonnerWithoutStyleElement(): Plugin {
  return {
    name: 'sonner-without-style-element',
    transform(code, id) {
      if (!/node_modules\/sonner\/dist\/index\.mjs/.test(id)) return null;
      return { code: code.replace(/^__insertCSS\(.*\);?$/m, ''), map: null };
    },
  };
}
