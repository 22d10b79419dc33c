import { defineConfig } from 'vitest/config';

/** What crosses processes. One file after the other: some need the real port 18789, and all of them the two cores. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['e2e/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    // The machine may be busy with other things.
    expect: { poll: { timeout: 15_000 } },
  },
});
