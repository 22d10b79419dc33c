export type BatchStatus = 'loading' | 'running' | 'paused' | 'completed' | 'cancelled';

export type BatchRow = {
  readonly id: string;
  readonly ownerId: string;
  readonly name: string;
  /** `loading`: its lines are still on their way to the disk; one that is found so after a crash was never acknowledged. */
  readonly status: BatchStatus;
  readonly parallel: number;
  /** Lines; 0 while it is `loading`. */
  readonly total: number;
  readonly createdAt: number;
  readonly endedAt: number | null;
  /** The client's own for the request that brought it, and SHA-256 (hex) of that request's body. */
  readonly idempotencyKey: string | null;
  readonly bodyHash: string | null;
};

export type BatchLineStatus = 'waiting' | 'started' | 'completed' | 'failed' | 'cancelled' | 'timeout';

export type BatchLineRow = {
  /** From 1, as in the file. */
  readonly line: number;
  readonly clientId: string | null;
  /** The line as JSON. */
  readonly request: string;
  readonly messageId: string | null;
  readonly status: BatchLineStatus;
  /** JSON, where there was never a turn: why the line could not begin. */
  readonly error: string | null;
};
