import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * One hash over the names and contents of everything a part is made of. Contents and not times, because a
 * fresh checkout or a switched branch has new times and old contents, or the other way round.
 * @param {string} root
 * @param {readonly string[]} sources folders and files, from the root; one that is not there counts as empty
 */
export const inputHash = async (root, sources) => {
  const hash = createHash('sha256');
  for (const source of sources) {
    for (const file of await filesIn(root, source)) {
      hash.update(`${file}\0`).update(await readFile(join(root, file)));
    }
  }
  return hash.digest('hex');
};

/** @param {string} root @param {string} part */
export const stampFile = (root, part) => join(root, 'out', `.${part}.stamp`);

/** @param {string} root @param {string} part @returns {string | null} the hash the part was built from */
export const readStamp = (root, part) => {
  try {
    return readFileSync(stampFile(root, part), 'utf8');
  } catch {
    return null;
  }
};

/** @param {string} root @param {string} source @returns {Promise<string[]>} sorted, without tests */
const filesIn = async (root, source) => {
  const found = await stat(join(root, source)).catch(() => null);
  if (!found) return [];
  if (found.isFile()) return [source];
  const entries = await readdir(join(root, source), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) =>
      join(entry.parentPath ?? entry.path, entry.name)
        .slice(root.length)
        .replace(/^[\\/]+/, ''),
    )
    .sort();
};
