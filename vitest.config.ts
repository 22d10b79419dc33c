import { defineConfig } from 'vitest/config';

export default defineConfig({
  // `@openclaw/plugin-sdk` is its source here, not what was built of it.
  resolve: { tsconfigPaths: true },
  test: {
    include: ['src-*/**/*.test.{ts,tsx}', 'packages/**/*.test.ts', 'deploy/**/*.test.ts'],
    globalSetup: ['deploy/build-for-tests.ts'],
    testTimeout: 60_000,
    // The machine may be busy with other things.
    expect: { poll: { timeout: 15_000 } },
  },
});
