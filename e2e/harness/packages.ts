import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, type ChildOptions, root, run, startChild } from './child.ts';

/** Builds the package as `npm run package` does, with the test-only Electron and little compression. */
export const makeTestPackage = async (output: string): Promise<void> => {
  const targets = ['dir', 'deb'].flatMap((target) => ['--target', target]);
  await must(process.execPath, [`${root}/deploy/package.mjs`, '--fast', '--output', output, ...targets], { env: process.env });
};

/** Runs to the end and rejects, with all it wrote, where it does not end well. */
export const must = async (command: string, args: readonly string[], options: ChildOptions = {}): Promise<string> => {
  const { code, signal, stdout, stderr } = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}:\n${stdout}\n${stderr}`);
  return stdout;
};

/** Installing needs root; a user of this machine who may, may without a question. */
export const asRoot = (command: string, args: readonly string[]): Promise<string> =>
  process.getuid?.() === 0 ? must(command, args) : must('sudo', ['-n', command, ...args]);

/**
 * Starts a desktop entry as a click in the menu does, from a copy: root has no sandbox and a virtual display no graphics card, which
 * the entry cannot know.
 * @param folder for the copy
 * @param open what is dropped on it, such as a link
 */
export const launchEntry = (
  entry: string,
  folder: string,
  {
    switches = [],
    open = [],
    env,
  }: { readonly switches?: readonly string[]; readonly open?: readonly string[]; readonly env: NodeJS.ProcessEnv },
): Child => {
  const copy = join(folder, 'copy.desktop');
  const words = ['--no-sandbox', '--disable-gpu', ...switches];
  writeFileSync(copy, readFileSync(entry, 'utf8').replace(/^(Exec=\S+)/m, `$1 ${words.join(' ')}`));
  return startChild('gio', ['launch', copy, ...open], { env });
};
