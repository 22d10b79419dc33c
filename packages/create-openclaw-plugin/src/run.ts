import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPlugin } from './build/build-plugin.ts';
import { readProject } from './build/read-project.ts';
import { createProject, type Kind } from './create/create-project.ts';

export type Ports = { readonly cwd: string; readonly print: (line: string) => void };

const usage = `Usage:
  create-openclaw-plugin <name> [--kind channel|tools]   start a plugin in a folder of that name
  create-openclaw-plugin build [folder]                  bundle src/index.ts and pack dist/<id>.plugin
  create-openclaw-plugin validate [folder]               say what is wrong with openclaw.plugin.json`;

/** @returns the exit code: 0 done, 1 it could not be done, 2 it was called wrongly */
export const run = async (argv: readonly string[], { cwd, print }: Ports): Promise<number> => {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { kind: { type: 'string', default: 'channel' }, help: { type: 'boolean', short: 'h' } },
    });
    const [first, folder = '.', ...more] = positionals;
    if (values.help || first === undefined || more.length > 0) {
      print(usage);
      return values.help ? 0 : 2;
    }
    if (first === 'build') await build(folder, { cwd, print });
    else if (first === 'validate') print(`${(await readProject(cwd, folder)).manifest.id} is valid.`);
    else await create(first, values.kind, { cwd, print });
    return 0;
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    return (error as { code?: unknown }).code?.toString().startsWith('ERR_PARSE_ARGS') ? 2 : 1;
  }
};

const build = async (folder: string, { cwd, print }: Ports): Promise<void> => {
  const { file, bytes, sha256 } = await buildPlugin(cwd, folder);
  print(`${relative(cwd, file)}  ${(bytes / 1024).toFixed(1)} KiB  sha256 ${sha256}`);
};

const create = async (name: string, kind: string, { cwd, print }: Ports): Promise<void> => {
  if (kind !== 'channel' && kind !== 'tools') throw new Error(`--kind is channel or tools, not ${kind}.`);
  const { folder, files } = await createProject(cwd, name, kind satisfies Kind);
  print(`${files.length} files in ${relative(cwd, folder)}. Next:

  cd ${relative(cwd, folder)}
  npm install
  npm run build
  openclaw channels install ./dist/${name}.plugin`);
};
