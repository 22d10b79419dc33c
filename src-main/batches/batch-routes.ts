import type { Readable } from 'node:stream';
import { AppError } from '../../src-shared/app-error.ts';
import type { Batch, RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import { callerOf, type Principal } from '../principal.ts';
import type { readIdempotency } from '../sessions/idempotency-key.ts';
import type { BatchRow } from '../storage/database.ts';
import type { BatchService } from './batch-service.ts';

type Info = {
  readonly principal: Principal | null;
  readonly wantsStream: boolean;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Of the whole body, once its lines are read. */
  readonly bodyHash: () => string;
};
type Sink = { readonly send: (event: string, data: unknown) => void; readonly close: () => void };

export type BatchRoutes = {
  readonly createBatch: (input: RouteInput<'createBatch'>, info: Info) => Promise<RouteAnswer<'createBatch'>>;
  readonly listBatches: (input: RouteInput<'listBatches'>, info: Info) => Promise<RouteAnswer<'listBatches'>>;
  readonly getBatch: (
    input: RouteInput<'getBatch'>,
    info: Info,
  ) => Promise<RouteAnswer<'getBatch'> | { readonly sse: (sink: Sink) => () => void }>;
  readonly getBatchResults: (
    input: RouteInput<'getBatchResults'>,
    info: Info,
  ) => Promise<{ readonly raw: { readonly type: string; readonly body: Readable; readonly filename: string } }>;
  readonly cancelBatch: (input: RouteInput<'cancelBatch'>, info: Info) => Promise<RouteAnswer<'cancelBatch'>>;
};

const pageDefault = 50;

type Ports = {
  readonly batches: BatchService;
  readonly resultsOf: (batch: BatchRow, by: Principal) => Readable;
  readonly readIdempotency: typeof readIdempotency;
};

/** Batches. Everyone sees their own; scope `admin` sees all. */
export const createBatchRoutes = ({ batches, resultsOf, readIdempotency }: Ports): BatchRoutes => ({
  createBatch: async ({ body, query }, info) => {
    const idempotencyKey = readIdempotency(info)?.key ?? null;
    const batch = await batches.create({ lines: body, hash: info.bodyHash }, { ...query, idempotencyKey }, callerOf(info));
    return { status: 202, body: { batch } };
  },
  listBatches: async ({ query }, info) => {
    const limit = query.limit ?? pageDefault;
    const rows = await batches.list(readCursor(query.cursor), limit, callerOf(info));
    const last = rows.at(-1);
    return { status: 200, body: { batches: rows, nextCursor: rows.length === limit && last ? `${last.createdAt}.${last.id}` : null } };
  },
  getBatch: async ({ params }, info) => {
    const by = callerOf(info);
    const batch = await batches.get(params.id, by);
    return info.wantsStream ? { sse: (sink) => follow(batches, batch, by, sink) } : { status: 200, body: { batch } };
  },
  getBatchResults: async ({ params }, info) => {
    const by = callerOf(info);
    const batch = await batches.find(params.id, by);
    return { raw: { type: 'application/jsonl', body: resultsOf(batch, by), filename: `${batch.id}.jsonl` } };
  },
  cancelBatch: async ({ params }, info) => ({ status: 200, body: { batch: await batches.cancel(params.id, callerOf(info)) } }),
});

const follow = (batches: BatchService, { id }: Batch, by: Principal, sink: Sink): (() => void) => {
  let over = false;
  let undo = (): void => undefined;
  const tell = (batch: Batch): void => void (over || sink.send('batch', { batch }));
  batches.follow(id, by, tell, sink.close).then((stop) => {
    undo = stop;
    if (over) undo();
  }, sink.close);
  return () => {
    over = true;
    undo();
  };
};

const readCursor = (cursor: string | undefined): { createdAt: number; id: string } | null => {
  if (cursor === undefined) return null;
  const [, createdAt, id] = /^(\d{1,16})\.(bat_[A-Za-z0-9_-]{22})$/.exec(cursor) ?? [];
  if (createdAt === undefined || id === undefined)
    throw new AppError('BAD_REQUEST', { message: 'query.cursor: not one that this route gave out' });
  return { createdAt: Number(createdAt), id };
};
