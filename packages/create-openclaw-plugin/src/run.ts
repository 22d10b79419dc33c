import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPlugin } from './build/build-plugin.ts';
import { readProject } from './build/read-project.ts';
import { createProject } from './create/create-project.ts';
import { checkTypes } from './dev/check-types.ts';
import { onChanges } from './dev/on-changes.ts';

export type Ports = {
  /** Relative folders stand in it. */
  readonly cwd: string;
  readonly print: (text: string) => void;
  /** What went wrong, for people. */
  readonly complain: (text: string) => void;
  /** Ends `dev`. */
  readonly signal?: AbortSignal;
  /** Called by `dev` with each archive that it has built. Resolves with what to tell the author. */
  readonly reload?: (file: string) => Promise<string>;
};

const commands: ReadonlySet<string> = new Set(['init', 'build', 'validate', 'dev']);
const usage = `Usage:
  create-openclaw-plugin <name> [--kind channel|tools]   start a plugin in a folder of that name
  create-openclaw-plugin build [folder]                  bundle src/index.ts and pack dist/<id>.plugin
  create-openclaw-plugin dev [folder]                    build, and again after each change
  create-openclaw-plugin validate [folder]               say what is wrong with openclaw.plugin.json`;

/** @returns the exit code: 0 done, 1 it could not be done, 2 it was called wrongly */
export const run = async (argv: readonly string[], ports: Ports): Promise<number> => {
  const { cwd, print, complain } = ports;
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { kind: { type: 'string', default: 'channel' }, help: { type: 'boolean', short: 'h' } },
    });
    const { help, kind } = values;
    const [command, operand, ...more] = commands.has(positionals[0] ?? '') ? positionals : ['init', ...positionals];
    if (help || more.length > 0 || (command === 'init' && operand === undefined)) {
      (help ? print : complain)(usage);
      return help ? 0 : 2;
    }
    if (command === 'init') await init(operand ?? '', kind, ports);
    else if (command === 'build') await build(operand ?? '.', ports);
    else if (command === 'dev') await dev(operand ?? '.', ports);
    else print(`${(await readProject(cwd, operand ?? '.')).manifest.id} is valid.`);
    return 0;
  } catch (error) {
    complain(wordsOf(error));
    return (error as { code?: unknown }).code?.toString().startsWith('ERR_PARSE_ARGS') ? 2 : 1;
  }
};

const build = async (folder: string, { cwd, print }: Ports): Promise<string> => {
  const { file, bytes, sha256 } = await buildPlugin(cwd, folder);
  print(`${relative(cwd, file)}  ${(bytes / 1024).toFixed(1)} KiB  sha256 ${sha256}`);
  return file;
};

const dev = async (folder: string, ports: Ports): Promise<void> => {
  const { root } = await readProject(ports.cwd, folder);
  const work = async (): Promise<void> => {
    try {
      await checkTypes(root);
      const file = await build(folder, ports);
      if (ports.reload) ports.print(await ports.reload(file));
    } catch (error) {
      ports.complain(wordsOf(error));
    }
  };
  await onChanges(root, work, ports.signal ?? new AbortController().signal);
};

const init = async (name: string, kind: string, { cwd, print }: Ports): Promise<void> => {
  if (kind !== 'channel' && kind !== 'tools') throw new Error(`--kind is channel or tools, not ${kind}.`);
  const { folder, files } = await createProject(cwd, name, kind);
  print(`${files.length} files in ${relative(cwd, folder)}. Next:

  cd ${relative(cwd, folder)}
  npm install
  npm run build
  openclaw channels install ./dist/${name}.plugin`);
};

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
