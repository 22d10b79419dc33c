import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../clock.ts';
import { createLoginPath } from './login-path.ts';
import { createRunProgram } from './run-program.ts';

/** A login shell that does as `script` says before it runs what it is given. */
const shell = (script: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-shell-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'shell');
  writeFileSync(file, `#!/bin/sh\n${script}\n[ "$1" = -ilc ] && eval "$2"\n`);
  chmodSync(file, 0o755);
  return file;
};
const path = (env: Readonly<Record<string, string>>): Promise<string> =>
  createLoginPath({ env, platform: 'linux', run: createRunProgram({ clock: systemClock }) })();

it("has the login shell's PATH before its own, whatever else that shell prints", async () => {
  const SHELL = shell('echo welcome; PATH=/home/me/.nvm/bin:/usr/bin; export PATH');
  expect(await path({ SHELL, PATH: '/usr/bin:/bin' })).toBe('/home/me/.nvm/bin:/usr/bin:/bin');
});

it('asks no shell where it was started from one', async () => {
  expect(await path({ SHELL: shell('PATH=/other'), PATH: '/usr/bin', TERM: 'xterm' })).toBe('/usr/bin');
});

it('keeps its own where the shell fails, or is none', async () => {
  expect(await path({ SHELL: shell('exit 1'), PATH: '/usr/bin' })).toBe('/usr/bin');
  expect(await path({ SHELL: '/no/such/shell', PATH: '/usr/bin' })).toBe('/usr/bin');
});
