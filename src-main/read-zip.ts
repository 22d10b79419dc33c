import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { AppError } from '../src-shared/app-error.ts';

const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw);

export type ZipFile = { readonly path: string; readonly content: Buffer; readonly executable: boolean };
type Entry = ZipFile & { readonly size: number };

const filesMost = 2_000;
const totalMost = 64 * 1024 * 1024;

/**
 * The files of a zip, after its central directory has been looked at: nothing is unpacked of one that has links, paths
 * that lead out, too much, or more than it says. Unpacked off the main thread.
 *
 * @throws AppError ARCHIVE_REFUSED
 */
type ZipLimits = {
  readonly fileMost: number;
  /** Of all others in it nothing is looked at. */
  readonly isWanted?: (path: string) => boolean;
};

export const readZip = async (zip: Buffer, { fileMost, isWanted = () => true }: ZipLimits): Promise<readonly ZipFile[]> => {
  const entries = readDirectory(zip, isWanted);
  if (entries.length > filesMost) throw refusedArchive('too-many-files', `It has more than ${filesMost} files.`);
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > totalMost) throw refusedArchive('too-large', `It would unpack to ${total} bytes; ${totalMost} is the most.`);
  const seen = new Set<string>();
  for (const { path, size } of entries) {
    if (size > fileMost) throw refusedArchive('file-too-large', `${path} would have ${size} bytes; ${fileMost} is the most.`);
    // Where case does not count, one would overwrite the other.
    if (seen.has(path.toLowerCase())) throw refusedArchive('twice', `${path} is there twice.`);
    seen.add(path.toLowerCase());
  }
  const files: ZipFile[] = [];
  for (const { read, path, executable } of entries) files.push({ path, executable, content: await read() });
  return files;
};

type DirectoryEntry = {
  readonly path: string;
  readonly size: number;
  readonly executable: boolean;
  readonly read: () => Promise<Entry['content']>;
};

const readDirectory = (zip: Buffer, isWanted: (path: string) => boolean): readonly DirectoryEntry[] => {
  try {
    const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
    if (end < 0) throw refusedArchive('not-a-zip', 'It is no zip, or cut off.');
    const count = zip.readUInt16LE(end + 10);
    let at = zip.readUInt32LE(end + 16);
    if (count === 0xffff || at === 0xffffffff) throw refusedArchive('not-a-zip', 'It is a zip of the large kind (ZIP64).');
    const entries: DirectoryEntry[] = [];
    for (let index = 0; index < count; index += 1) {
      if (zip.readUInt32LE(at) !== 0x02014b50) throw refusedArchive('damaged', 'Its list of files is damaged.');
      const nameEnd = at + 46 + zip.readUInt16LE(at + 28);
      const next = nameEnd + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
      if (!isWanted(zip.toString('utf8', at + 46, nameEnd))) {
        at = next;
        continue;
      }
      const path = pathOf(zip.subarray(at + 46, nameEnd));
      const mode = zip.readUInt32LE(at + 38) >>> 16;
      const type = mode & 0o170000;
      if (type === 0o120000) throw refusedArchive('link', `${path} is a link.`);
      if (type !== 0 && type !== 0o100000 && type !== 0o040000) throw refusedArchive('link', `${path} is not a file.`);
      if ((zip.readUInt16LE(at + 8) & 1) === 1) throw refusedArchive('encrypted', `${path} is encrypted.`);
      const entry = {
        method: zip.readUInt16LE(at + 10),
        packed: zip.readUInt32LE(at + 20),
        size: zip.readUInt32LE(at + 24),
        header: zip.readUInt32LE(at + 42),
      };
      if (!path.endsWith('/'))
        entries.push({ path, size: entry.size, executable: (mode & 0o111) !== 0, read: () => unpack(zip, path, entry) });
      at = next;
    }
    return entries;
  } catch (thrown) {
    throw thrown instanceof AppError ? thrown : refusedArchive('damaged', 'It is cut off or damaged.');
  }
};

const unpack = async (
  zip: Buffer,
  path: string,
  { method, packed, size, header }: { readonly method: number; readonly packed: number; readonly size: number; readonly header: number },
): Promise<Buffer> => {
  const damaged = refusedArchive('damaged', `${path} is damaged.`);
  if (header + 30 > zip.length || zip.readUInt32LE(header) !== 0x04034b50) throw damaged;
  const begin = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
  const bytes = zip.subarray(begin, begin + packed);
  if (bytes.length !== packed || (method !== 0 && method !== 8)) throw damaged;
  // Never more than was said: what was said has been weighed.
  const content = method === 0 ? Buffer.from(bytes) : await inflate(bytes, { maxOutputLength: Math.max(1, size) }).catch(() => null);
  if (content === null || content.length !== size) throw refusedArchive('not-as-large', `${path} is not as large as the archive says.`);
  return content;
};

/** As it stands in the archive, where it leads nowhere else. */
const pathOf = (name: Buffer): string => {
  const path = new TextDecoder('utf-8', { fatal: true }).decode(name);
  const parts = path.replace(/\/$/, '').split('/');
  const shown = JSON.stringify(path.slice(0, 200));
  if (path.includes('\\')) throw refusedArchive('backslash', `The path ${shown} in it has a backslash.`);
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) throw refusedArchive('absolute-path', `The path ${shown} in it is absolute.`);
  if (parts.includes('..')) throw refusedArchive('leads-out', `The path ${shown} in it leads out of its folder.`);
  const bad = path === '' || path.length > 512 || /[\p{Cc}:*?"<>|]/u.test(path);
  if (bad || parts.some((part) => part === '' || part === '.' || /[. ]$/.test(part)))
    throw refusedArchive('bad-path', `A path in it cannot be used: ${shown}.`);
  return path;
};

/** @param reason for programs: `details.reason` */
export const refusedArchive = (reason: string, why: string, hint?: string): AppError =>
  new AppError('ARCHIVE_REFUSED', {
    message: `The archive is refused: ${why} Nothing was installed.`,
    details: { reason },
    ...(hint === undefined ? {} : { hint }),
  });
