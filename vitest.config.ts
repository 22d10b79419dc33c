import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src-*/**/*.test.{ts,tsx}', 'deploy/**/*.test.ts'],
    globalSetup: ['deploy/build-for-tests.ts'],
    testTimeout: 60_000,
  },
});
