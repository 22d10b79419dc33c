import { createHash } from 'node:crypto';
import type * as NodeFs from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { AppError } from '../../src-shared/app-error.ts';
import { uploadIdSchema } from '../../src-shared/models/ids.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import { pictureType } from './picture-type.ts';

const recordSchema = z.object({
  id: uploadIdSchema,
  ownerId: z.string(),
  name: z.string(),
  type: z.string(),
  size: z.int(),
  sha256: z.string(),
  createdAt: z.number(),
  /** The session it was used in, and goes with; null: none yet. */
  sessionId: z.string().nullable(),
});
export type UploadRecord = z.infer<typeof recordSchema>;

type NewUpload = Pick<UploadRecord, 'ownerId' | 'name' | 'type'> & {
  /** The session it belongs to from the start. */
  readonly sessionId?: string;
  readonly chunks: AsyncIterable<Uint8Array>;
};

/** Files of messages and replies: one for the bytes and one that says what they are, under random names. */
export type UploadStore = {
  /** Rejects with what `chunks` throws, or `STORAGE_FULL`; then nothing is left. */
  readonly save: (upload: NewUpload) => Promise<UploadRecord>;
  readonly find: (id: string) => Promise<UploadRecord | null>;
  readonly read: (id: string) => Promise<Buffer>;
  readonly pathOf: (id: string) => string;
  /** From now on it is kept as long as the session. One that has a session keeps it. */
  readonly bind: (record: UploadRecord, sessionId: string) => Promise<void>;
  /** Removes it, unless a session has it by now. */
  readonly discard: (id: string) => Promise<void>;
  /**
   * Removes what nobody used in time, and what belonged to sessions that are gone.
   * @param sessionsGone some are, since the last time; the first time all are asked about
   */
  readonly sweep: (sessionsGone: boolean, isThere: (sessionId: string) => Promise<boolean>) => Promise<void>;
};

type Ports = {
  readonly fs: Pick<typeof NodeFs, 'mkdir' | 'open' | 'readFile' | 'writeFile' | 'rename' | 'rm' | 'readdir' | 'stat'>;
  readonly folder: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly randomBytes: RandomBytes;
};

export const unusedMs = 24 * 3_600_000;

export const createUploadStore = ({ fs, folder, clock, randomBytes }: Ports): UploadStore => {
  const pathOf = (id: string): string => join(folder, id);
  const recordPath = (id: string): string => `${pathOf(id)}.json`;

  /** What was written here or found by a look at all of them, so that the next look reads none twice. */
  const known = new Map<string, UploadRecord>();
  let swept = false;

  const writeRecord = async (record: UploadRecord): Promise<void> => {
    const next = `${recordPath(record.id)}.${randomBytes(6).toString('hex')}.part`;
    await fs.writeFile(next, JSON.stringify(record), { mode: 0o600 });
    await fs.rename(next, recordPath(record.id));
    known.set(record.id, record);
  };

  const writeBytes = async (path: string, chunks: AsyncIterable<Uint8Array>) => {
    const hash = createHash('sha256');
    let size = 0;
    let head = Buffer.alloc(0);
    const file = await fs.open(path, 'wx', 0o600);
    try {
      for await (const chunk of chunks) {
        if (head.length < 16) head = Buffer.concat([head, chunk]).subarray(0, 16);
        hash.update(chunk);
        size += chunk.length;
        await file.writeFile(chunk);
      }
    } finally {
      await file.close();
    }
    return { size, sha256: hash.digest('hex'), picture: pictureType(head) };
  };

  const find = async (id: string): Promise<UploadRecord | null> => {
    const here = known.get(id);
    if (here) return here;
    try {
      return recordSchema.parse(JSON.parse(await fs.readFile(recordPath(id), 'utf8')));
    } catch {
      return null;
    }
  };

  return {
    pathOf,
    find,
    read: (id) => fs.readFile(pathOf(id)),
    save: async ({ ownerId, sessionId = null, name, type, chunks }) => {
      const id = `upl_${randomBytes(16).toString('base64url')}`;
      try {
        await fs.mkdir(folder, { recursive: true, mode: 0o700 });
        const { size, sha256, picture } = await writeBytes(pathOf(id), chunks);
        if (size === 0) throw new AppError('BAD_REQUEST', { message: 'The file is empty.' });
        const record = { id, ownerId, name, type: picture ?? notPicture(type), size, sha256, createdAt: clock.now(), sessionId };
        await writeRecord(record);
        return record;
      } catch (thrown) {
        await fs.rm(pathOf(id), { force: true }).catch(() => undefined);
        throw (thrown as { code?: unknown }).code === 'ENOSPC' ? new AppError('STORAGE_FULL', { cause: thrown }) : thrown;
      }
    },
    bind: async (record, sessionId) => {
      if (record.sessionId === null) await writeRecord({ ...record, sessionId });
    },
    discard: async (id) => {
      const record = await find(id);
      if (record === null || record.sessionId !== null) return;
      await Promise.all([pathOf(id), recordPath(id)].map((path) => fs.rm(path, { force: true })));
      known.delete(id);
    },
    sweep: async (sessionsGone, isThere) => {
      const askAll = sessionsGone || !swept;
      const names = await fs.readdir(folder).catch(() => []);
      const remove = (name: string) => fs.rm(join(folder, name), { force: true });
      const isOld = async (name: string): Promise<boolean> => (await fs.stat(join(folder, name))).mtimeMs < clock.now() - unusedMs;
      for (const name of names) {
        if (name.endsWith('.json')) continue;
        const record = uploadIdSchema.safeParse(name).success ? await find(name) : null;
        if (record) known.set(name, record);
        const over =
          record === null
            ? // Cut off half-way, or just now being written.
              await isOld(name).catch(() => false)
            : record.sessionId === null
              ? record.createdAt < clock.now() - unusedMs
              : askAll && !(await isThere(record.sessionId));
        if (!over) continue;
        await Promise.all([remove(name), remove(`${name}.json`)]);
        known.delete(name);
      }
      swept = true;
    },
  };
};

/** What only says that it is a picture is none for a model or a page. */
const notPicture = (type: string): string => {
  const plain = type.split(';')[0]?.trim().toLowerCase() ?? '';
  return /^[\w.+-]+\/[\w.+-]+$/.test(plain) && !plain.startsWith('image/') ? plain : 'application/octet-stream';
};
