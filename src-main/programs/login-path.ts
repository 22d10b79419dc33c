import { delimiter, isAbsolute } from 'node:path';
import type { RunProgram } from './run-program.ts';

const limitMs = 5_000;
/** Begins with what cannot belong to the name of a variable; fish does not know `${PATH}`. */
const mark = '|openclaw|';

/**
 * PATH as a terminal of the user has it. What the desktop starts has the system's only: `npx` of nvm or Homebrew is not in
 * it. Then the login shell is asked, once; a shell that hangs or fails leaves it as it is.
 */
export const createLoginPath = ({
  env,
  platform,
  run,
}: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly run: RunProgram;
}): (() => Promise<string>) => {
  const own = env.PATH ?? '';
  const shell = env.SHELL;
  // Whoever has a terminal came from a shell, and has its PATH.
  if (platform === 'win32' || env.TERM !== undefined || shell === undefined || !isAbsolute(shell)) return async () => own;
  let asked: Promise<string> | null = null;
  return () => {
    asked ??= ask(shell, env, run).then((path) => joined(path, own));
    return asked;
  };
};

/** Empty where it does not say. */
const ask = async (shell: string, env: Readonly<Record<string, string | undefined>>, run: RunProgram): Promise<string> => {
  let said = '';
  const known = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  await run(
    // Its own files may print what they like, before and after.
    { argv: [shell, '-ilc', `printf '%s' "${mark}$PATH${mark}"`], cwd: env.HOME ?? '/', env: Object.fromEntries(known) },
    {
      signal: AbortSignal.timeout(limitMs),
      onOutput: (text) => {
        if (said.length < 100_000) said += text;
      },
    },
  );
  return said.split(mark)[1] ?? '';
};

const joined = (...paths: readonly string[]): string =>
  [...new Set(paths.flatMap((path) => path.split(delimiter)).filter(isAbsolute))].join(delimiter);
