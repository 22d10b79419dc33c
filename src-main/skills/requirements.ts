import { constants } from 'node:fs';
import type * as Fs from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { SkillText } from './skill.ts';

export type Missing = { readonly bins: readonly string[]; readonly env: readonly string[] };

/** What a skill requires and this computer does not have. */
export const createMissing =
  ({ fs, env }: { readonly fs: Pick<typeof Fs, 'access'>; readonly env: Readonly<Record<string, string | undefined>> }) =>
  async ({ requires }: Pick<SkillText, 'requires'>): Promise<Missing | null> => {
    const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
    const endings = process.platform === 'win32' ? ['', ...(env.PATHEXT ?? '').split(';')] : [''];
    const isThere = async (bin: string): Promise<boolean> => {
      for (const path of folders.flatMap((folder) => endings.map((ending) => join(folder, bin + ending))))
        if (
          await fs.access(path, constants.X_OK).then(
            () => true,
            () => false,
          )
        )
          return true;
      return false;
    };
    const found = await Promise.all(requires.bins.map(isThere));
    const bins = requires.bins.filter((_bin, index) => !found[index]);
    const names = requires.env.filter((name) => !env[name]);
    return bins.length + names.length > 0 ? { bins, env: names } : null;
  };

export const missingInWords = ({ bins, env }: Missing): string =>
  [
    ...(bins.length > 0 ? [`needs the program${bins.length > 1 ? 's' : ''} ${bins.join(', ')}, not on the PATH`] : []),
    ...(env.length > 0 ? [`needs ${env.join(', ')} in the gateway's environment`] : []),
  ].join('; and ');
