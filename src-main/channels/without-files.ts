import type { Message } from '../../packages/plugin-sdk/src/index.ts';
import type { RandomBytes } from '../gateway-ports.ts';
import type { NewOutboxRow, OutboxRow } from '../storage/database.ts';
import { PluginFailure } from './plugin-failure.ts';

const key = 'insteadOfFiles';

/** Notes with a message that has files what is said where they cannot be sent: whoever finds that out knows the language no more. */
export const withInstead = (message: Message, line: string): Message => ({ ...message, metadata: { ...message.metadata, [key]: line } });

/**
 * What goes out instead of a message that the platform will not have: its text, and a line that names its files. Nothing where it has no
 * files, where the platform was away, or where the message may have arrived.
 */
export const withoutFiles = (
  row: OutboxRow,
  failure: unknown,
  ports: { readonly now: number; readonly randomBytes: RandomBytes },
): NewOutboxRow[] => {
  const { attachments, metadata = {}, ...message } = row.message;
  const line = metadata[key];
  if (!attachments?.length || typeof line !== 'string') return [];
  if (failure instanceof PluginFailure && (failure.inDoubt || failure.code === 'NETWORK' || failure.code === 'RATE_LIMIT')) return [];
  const { channel, lane, to } = row;
  return [message.content, line]
    .filter((content) => content !== '')
    .map((content) => {
      const id = `out_${ports.randomBytes(16).toString('base64url')}`;
      return { ...{ id, channel, lane, to, createdAt: ports.now }, message: { ...message, content, id, idempotencyKey: id } };
    });
};
