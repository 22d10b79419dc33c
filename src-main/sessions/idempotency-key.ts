import { AppError } from '../../src-shared/app-error.ts';
import { idempotencyKeySchema } from '../../src-shared/models/ids.ts';
import type { IncomingMessage } from './submit-message.ts';

type KeyedRequest = {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bodyHash: () => string;
};

/** The `Idempotency-Key` of a request and what it vouches for. @throws AppError BAD_REQUEST */
export const readIdempotency = ({ headers, bodyHash }: KeyedRequest): IncomingMessage['idempotency'] => {
  const header = headers['idempotency-key'];
  if (header === undefined) return undefined;
  const key = idempotencyKeySchema.safeParse(header);
  if (!key.success) throw new AppError('BAD_REQUEST', { message: key.error.issues[0]?.message ?? 'bad Idempotency-Key' });
  return { key: key.data, bodyHash: bodyHash() };
};
