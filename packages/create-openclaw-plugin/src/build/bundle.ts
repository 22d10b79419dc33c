import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { OutputChunk, rolldown } from 'rolldown';

/**
 * One file of JavaScript from `src/index.ts` and all that it imports but what Node has built in.
 *
 * @throws Error that says what cannot be found, or that there is no default export
 */
export const bundle = async (root: string, kind: 'channel' | 'tools'): Promise<string> => {
  const { rolldown } = await load(root);
  const missing = new Set<string>();
  const building = await rolldown({
    cwd: root,
    input: 'src/index.ts',
    platform: 'node',
    logLevel: 'warn',
    onLog: (_, { code, message }) => {
      if (code === 'UNRESOLVED_IMPORT') missing.add(message);
    },
  });
  const { output } = await building.generate({ format: 'esm', codeSplitting: false }).finally(() => building.close());
  if (missing.size > 0) throw new Error(`${[...missing].join('\n')}\nInstall what is missing: npm install <package>.`);
  const chunks = output.filter((part): part is OutputChunk => part.type === 'chunk');
  const [main, ...more] = chunks;
  if (main === undefined || more.length > 0 || output.length > 1) throw new Error('A plugin is one file, and the bundle has more.');
  if (!main.exports.includes('default'))
    throw new Error(
      `src/index.ts has no default export. ${kind === 'channel' ? "Export the channel's class" : 'Export an object with `tools`'}: export default …`,
    );
  return main.code;
};

/** The project's own, so that its lockfile decides which. */
const load = async (root: string): Promise<{ readonly rolldown: typeof rolldown }> => {
  try {
    return await import(pathToFileURL(createRequire(join(root, 'package.json')).resolve('rolldown')).href);
  } catch (cause) {
    throw new Error(`rolldown is not installed in ${root}. Run npm install there first.`, { cause });
  }
};
