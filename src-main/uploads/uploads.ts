import { Readable } from 'node:stream';
import { AppError } from '../../src-shared/app-error.ts';
import type { Attachment } from '../../src-shared/contract/events.ts';
import type { RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import { callerOf, type Principal } from '../principal.ts';
import { type UploadRecord, type UploadStore, unusedMs } from './upload-store.ts';

type Info = { readonly principal: Principal | null; readonly headers: Readonly<Record<string, string | string[] | undefined>> };

export type Uploads = {
  readonly routes: {
    readonly createUpload: (input: RouteInput<'createUpload'>, info: Info) => Promise<RouteAnswer<'createUpload'>>;
    readonly getUpload: (
      input: RouteInput<'getUpload'>,
      info: Info,
    ) => Promise<{ readonly raw: { readonly type: string; readonly body: Buffer; readonly filename: string } }>;
  };
  /** A picture that came inside a message. */
  readonly keep: (type: string, bytes: Buffer, by: Principal) => Promise<UploadRecord>;
  /** What a message refers to, in its order. Rejects with `UPLOAD_UNKNOWN`. */
  readonly take: (ids: readonly string[], by: Principal) => Promise<readonly UploadRecord[]>;
};

/** @param mayRead whether somebody may read what is said in a session, by its handle */
export const createUploads = (store: UploadStore, mayRead: (sessionId: string, by: Principal) => Promise<boolean>): Uploads => {
  const isOwn = (record: UploadRecord, by: Principal): boolean => record.ownerId === by.id || by.scopes.has('admin');
  const own = async (id: string, by: Principal): Promise<UploadRecord> => {
    const record = await store.find(id);
    if (!record || !isOwn(record, by))
      throw new AppError('UPLOAD_UNKNOWN', { hint: 'Send the file again: what no message used is gone after 24 hours.' });
    return record;
  };
  const readable = async (id: string, by: Principal): Promise<UploadRecord> => {
    const record = await store.find(id);
    if (!record || !(isOwn(record, by) || (record.sessionId !== null && (await mayRead(record.sessionId, by)))))
      throw new AppError('UPLOAD_UNKNOWN');
    return record;
  };
  return {
    routes: {
      createUpload: async ({ query, body }, info) => {
        const type = String(info.headers['content-type'] ?? '');
        const record = await store.save({ ownerId: callerOf(info).id, name: query.name ?? 'file', type, chunks: body });
        return { status: 201, body: { ...attachmentOf(record), sha256: record.sha256, expiresAt: record.createdAt + unusedMs } };
      },
      getUpload: async ({ params }, info) => {
        const record = await readable(params.id, callerOf(info));
        const body = await store.read(record.id).catch(() => {
          // Removed this very moment.
          throw new AppError('UPLOAD_UNKNOWN');
        });
        // A page can show pictures, known by their bytes. Nothing is opened as a page of this origin.
        const type = record.type.startsWith('image/') ? record.type : 'application/octet-stream';
        return { raw: { type, body, filename: record.name } };
      },
    },
    keep: (type, bytes, by) =>
      store.save({ ownerId: by.id, name: `picture.${type.replace('image/', '')}`, type, chunks: Readable.from([bytes]) }),
    take: (ids, by) => Promise.all(ids.map((id) => own(id, by))),
  };
};

const attachmentOf = ({ id, name, type, size }: UploadRecord): Attachment => ({ id, name, type, size });
