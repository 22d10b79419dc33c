import { delimiter } from 'node:path';
import type { Clock } from '../gateway-ports.ts';
import { createSandboxFinder } from './find-sandbox.ts';
import { createLoginPath } from './login-path.ts';
import { createRunProgram, type RunProgram } from './run-program.ts';
import type { Confinement, Sandbox } from './sandbox.ts';
import { createStartProgram, type StartProgram } from './start-program.ts';

/** What agents may start on this machine, and what it sees there. */
export type Programs = {
  readonly run: RunProgram;
  /** For programs of the operator, not of an agent: outside the sandbox. */
  readonly start: StartProgram;
  /** PATH as the user's terminal has it; may ask a shell, once. */
  readonly loginPath: () => Promise<string>;
  readonly findSandbox: () => Promise<Sandbox>;
  /** @param shown folders that it may read besides */
  readonly confine: (workspace: string, shown?: readonly string[]) => Confinement;
  /** The whole environment of what runs: nothing of the gateway's own, which may hold keys. */
  readonly env: Readonly<Record<string, string>>;
};

/** Names that programs need and that hold no secret. */
const passedOn = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'SystemRoot',
  'ComSpec',
  'PATHEXT',
  'TEMP',
  'TMP',
  'APPDATA',
  'LOCALAPPDATA',
  'USERPROFILE',
  'ProgramFiles',
];

export const openPrograms = (machine: {
  readonly clock: Pick<Clock, 'after'>;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder, links resolved. */
  readonly home: string;
  /** The gateway's own folders. */
  readonly hidden: readonly string[];
  /** Folders below those that programs may read: skills bring scripts. */
  readonly shown?: readonly string[];
}): Programs => {
  const { platform, home, hidden, shown = [] } = machine;
  const env = Object.fromEntries(passedOn.flatMap((name) => (machine.env[name] === undefined ? [] : [[name, machine.env[name]]])));
  const path = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const run = createRunProgram(machine);
  return {
    run,
    start: createStartProgram(machine),
    loginPath: createLoginPath({ env: machine.env, platform, run }),
    findSandbox: createSandboxFinder({ platform, path, run }),
    confine: (workspace, more = []) => ({ workspace, home, hidden, shown: [...shown, ...more], path }),
    env: { ...env, TERM: 'dumb', NO_COLOR: '1', GIT_TERMINAL_PROMPT: '0' },
  };
};
