import type * as NodeFs from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { pluginIdSchema } from '../../../src-shared/models/plugin-manifest.ts';
import type { RandomBytes } from '../../gateway-ports.ts';
import { brokenPlugin } from './store-errors.ts';

/** One version, unpacked into a folder of its own beside the record. */
const versionSchema = z.object({
  folder: z.string().regex(/^[0-9a-f]{16}$/),
  name: z.string(),
  version: z.string(),
  kind: z.enum(['channel', 'tools']),
  /** Of the archive. */
  sha256: z.string(),
  manifestSha256: z.string(),
  installedAt: z.number(),
});
const recordSchema = z.object({ current: versionSchema, previous: versionSchema.nullable() });
export type StoredVersion = z.output<typeof versionSchema>;
export type PluginRecord = z.output<typeof recordSchema>;

type Ports = {
  readonly fs: Pick<typeof NodeFs, 'open' | 'readFile' | 'rename' | 'rm' | 'readdir'>;
  readonly folder: string;
  readonly randomBytes: RandomBytes;
};

const recordFile = 'installed.json';

/** `<folder>/<id>/installed.json`, which alone says what is installed. */
export const createPluginRecords = ({ fs, folder, randomBytes }: Ports) => ({
  /** @throws AppError PLUGIN_BROKEN */
  read: async (id: string): Promise<PluginRecord | null> => {
    if (!pluginIdSchema.safeParse(id).success) return null;
    const text = await fs.readFile(join(folder, id, recordFile), 'utf8').catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return null;
      throw brokenPlugin(id, `its ${recordFile} cannot be read (${cause.code})`);
    });
    if (text === null) return null;
    try {
      return recordSchema.parse(JSON.parse(text));
    } catch {
      throw brokenPlugin(id, `its ${recordFile} is damaged`);
    }
  },
  /** Replaced whole. */
  write: async (id: string, record: PluginRecord): Promise<void> => {
    const next = join(folder, id, `.${randomBytes(8).toString('hex')}.json`);
    await writeWhole(fs, next, JSON.stringify(record, null, 2));
    await fs.rename(next, join(folder, id, recordFile));
  },
  remove: (id: string): Promise<void> => fs.rm(join(folder, id, recordFile), { force: true }),
  /** Removes what neither the version in force nor the one before needs: a crash may have left it. */
  clear: async (id: string, { current, previous }: PluginRecord): Promise<void> => {
    const keep = [recordFile, current.folder, previous?.folder];
    for (const name of await fs.readdir(join(folder, id)))
      if (!keep.includes(name)) await fs.rm(join(folder, id, name), { recursive: true, force: true });
  },
});

/** On the disk before it counts. */
export const writeWhole = async (fs: Pick<typeof NodeFs, 'open'>, path: string, content: string | Uint8Array): Promise<void> => {
  const file = await fs.open(path, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
};
