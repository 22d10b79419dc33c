import type { Clock } from '../../gateway-ports.ts';
import type { Database } from '../../storage/database.ts';
import { hashOf } from '../tools/text-file.ts';
import type { ToolContext } from '../tools/tool.ts';

/** Remembers what a tool is about to write over. Resolves when that is on the disk. */
export type KeepBefore = (
  context: Pick<ToolContext, 'messageId' | 'toolCallId'>,
  target: string,
  before: Buffer | null,
  after: string,
) => Promise<void>;

/** Larger ones are written all the same, and cannot be put back. */
const keptMost = 512 * 1024;

export const createKeepBefore =
  ({ database, clock }: { readonly database: Pick<Database, 'write'>; readonly clock: Pick<Clock, 'now'> }): KeepBefore =>
  async ({ messageId, toolCallId }, path, before, after) => {
    if (before !== null && before.length > keptMost) return;
    const change = { messageId, toolCallId, at: clock.now(), path, before: before?.toString('base64') ?? null, after: hashOf(after) };
    await database.write([{ op: 'fileChange.put', change }]);
  };
