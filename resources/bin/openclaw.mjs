#!/usr/bin/env node
// The package's `openclaw`. In a checkout that was not built yet it builds first; stdout stays for results.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const cli = new URL('../../out/main/cli.js', import.meta.url);

if (!existsSync(cli)) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const { status } = spawnSync(process.execPath, ['deploy/build.mjs'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(1);
}
// For messages and for `process.argv[1]` checks the CLI is what was started, as if called directly.
process.argv[1] = fileURLToPath(cli);
await import(cli.href);
