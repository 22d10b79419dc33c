import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPlugin } from './build/build-plugin.ts';
import { readProject } from './build/read-project.ts';
import { createProject, type Kind } from './create/create-project.ts';

export type Ports = {
  /** Relative folders stand in it. */
  readonly cwd: string;
  readonly print: (text: string) => void;
  /** What went wrong, for people. */
  readonly complain: (text: string) => void;
};

const commands: ReadonlySet<string> = new Set(['init', 'build', 'validate']);
const usage = `Usage:
  create-openclaw-plugin <name> [--kind channel|tools]   start a plugin in a folder of that name
  create-openclaw-plugin build [folder]                  bundle src/index.ts and pack dist/<id>.plugin
  create-openclaw-plugin validate [folder]               say what is wrong with openclaw.plugin.json`;

/** @returns the exit code: 0 done, 1 it could not be done, 2 it was called wrongly */
export const run = async (argv: readonly string[], { cwd, print, complain }: Ports): Promise<number> => {
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
    if (command === 'init') await init(operand ?? '', kind, { cwd, print });
    else if (command === 'build') await build(operand ?? '.', { cwd, print });
    else print(`${(await readProject(cwd, operand ?? '.')).manifest.id} is valid.`);
    return 0;
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    return (error as { code?: unknown }).code?.toString().startsWith('ERR_PARSE_ARGS') ? 2 : 1;
  }
};

const build = async (folder: string, { cwd, print }: Omit<Ports, 'complain'>): Promise<void> => {
  const { file, bytes, sha256 } = await buildPlugin(cwd, folder);
  print(`${relative(cwd, file)}  ${(bytes / 1024).toFixed(1)} KiB  sha256 ${sha256}`);
};

const init = async (name: string, kind: string, { cwd, print }: Omit<Ports, 'complain'>): Promise<void> => {
  if (kind !== 'channel' && kind !== 'tools') throw new Error(`--kind is channel or tools, not ${kind}.`);
  const { folder, files } = await createProject(cwd, name, kind satisfies Kind);
  print(`${files.length} files in ${relative(cwd, folder)}. Next:

  cd ${relative(cwd, folder)}
  npm install
  npm run build
  openclaw channels install ./dist/${name}.plugin`);
};
