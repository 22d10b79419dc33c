import type { ChannelContext } from '@openclaw/plugin-sdk';
import { handOver, withFiles } from '@openclaw/plugin-sdk/kit';
import type { MatrixClient } from './client.ts';
import type { Config } from './index.ts';
import { readMessage, type SyncBatch, type TimelineEvent } from './read-sync.ts';

/** So much of what was said while we were away is looked up in one room. */
const missedMost = 1_000;
/** Strangers make rooms, and what a channel remembers is limited. */
const rememberedRooms = 200;

type Following = {
  readonly ctx: ChannelContext<Config>;
  readonly client: MatrixClient;
  readonly me: string;
  readonly isMine: (eventId: string) => boolean;
  /** Called after each answer of the server. */
  readonly isWell: () => void;
};

/**
 * Hands over what is said, from where it was left. The point reached is written down only when the gateway has all that comes
 * before it: what a crash leaves is asked for again. Resolves when `ctx.signal` is aborted; rejects when the server is lost.
 */
export const follow = async (following: Following): Promise<void> => {
  const { ctx, client, isWell } = following;
  let since = ((await ctx.state.get('since')) ?? null) as string | null;
  const directs = new Map<string, boolean>();
  while (!ctx.signal.aborted) {
    const batch = await client.sync(since);
    isWell();
    await joinInvited(following, batch);
    if (since !== null) await takeBatch(following, batch, since, directs);
    if (ctx.signal.aborted) return;
    // The first one tells where things stand; what was said before we came is not for us.
    since = batch.next_batch;
    await ctx.state.set('since', since);
  }
};

const joinInvited = async ({ ctx, client }: Following, { rooms }: SyncBatch): Promise<void> => {
  if (ctx.config.joinInvites === false) return;
  for (const roomId of Object.keys(rooms?.invite ?? {}))
    await client
      .join(roomId)
      .catch((error: unknown) => ctx.log.warn('An invitation could not be taken.', { roomId, error: String(error) }));
};

const takeBatch = async (following: Following, { rooms }: SyncBatch, since: string, directs: Map<string, boolean>): Promise<void> => {
  for (const [roomId, { timeline }] of Object.entries(rooms?.join ?? {})) {
    const missed =
      timeline?.limited === true && timeline.prev_batch !== undefined ? await missedIn(following, roomId, timeline.prev_batch, since) : [];
    for (const event of [...missed, ...(timeline?.events ?? [])]) {
      if (event.type === 'm.room.member') directs.delete(roomId);
      else await takeEvent(following, roomId, event, directs);
      if (following.ctx.signal.aborted) return;
    }
  }
};

/** What a long absence left out of the sync, the oldest first. */
const missedIn = async ({ ctx, client }: Following, roomId: string, from: string, since: string): Promise<readonly TimelineEvent[]> => {
  const found: TimelineEvent[] = [];
  for (let at: string | null = from; at !== null && found.length < missedMost; ) {
    const { events, end } = await client.before(roomId, at, since);
    found.push(...events);
    at = events.length === 0 ? null : end;
  }
  if (found.length >= missedMost)
    ctx.log.warn('More was said in a room than is looked up; the oldest of it is left out.', { roomId, missedMost });
  return found.reverse();
};

const takeEvent = async (following: Following, roomId: string, event: TimelineEvent, directs: Map<string, boolean>): Promise<void> => {
  const { ctx, client, me, isMine } = following;
  if (event.type === 'm.room.encrypted') return sayUnreadable(following, roomId);
  const direct = directs.get(roomId) ?? (await client.countMembers(roomId)) <= 2;
  directs.set(roomId, direct);
  const said = readMessage(event, { roomId, me, direct, isMine });
  if (!said) return;
  const { file } = said;
  const files = file ? [{ ...file, fetch: () => client.download(file.address) }] : [];
  await handOver(ctx, await withFiles(ctx, said.message, files, { again: true }));
};

/** Once a room: else a person would talk to nobody, and never know. */
const sayUnreadable = async ({ ctx, client }: Following, roomId: string): Promise<void> => {
  const told = ((await ctx.state.get('unreadable')) ?? []) as readonly string[];
  if (told.includes(roomId)) return;
  await ctx.state.set('unreadable', [...told, roomId].slice(-rememberedRooms));
  ctx.log.warn('A room is encrypted, which this channel cannot read.', { roomId });
  await client
    .send(roomId, `unreadable.${roomId}`, {
      msgtype: 'm.notice',
      body: 'This room is encrypted, and I cannot read it. Write to me in a room without encryption.',
    })
    .catch((error: unknown) => ctx.log.warn('And it could not be said there.', { error: String(error) }));
};
