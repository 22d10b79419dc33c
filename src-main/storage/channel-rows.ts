import type { ChannelCounts, PeerRow } from './database.ts';

/** Why a message is dead that was with the plugin at two crashes. */
export const diedTwice =
  'The gateway or the plugin ended twice while it was being sent. Whether it arrived is not known; look in the chat before you send it again.';

/** Of a channel of which nothing is known. */
export const noCounts: ChannelCounts = { open: 0, dead: 0, lastInAt: null, lastOutAt: null };

/** When somebody last asked to be let in; null where that has been decided. */
export const askedAt = ({ status, codeAt, firstSeenAt }: PeerRow): number | null => (status === 'asked' ? (codeAt ?? firstSeenAt) : null);
