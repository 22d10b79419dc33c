import { createHash } from 'node:crypto';
import type { InboundMessage } from '../../packages/plugin-sdk/src/index.ts';
import { AppError } from '../../src-shared/app-error.ts';
import type { PeerStatus } from '../../src-shared/contract/routes/channels.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import type { Asked, Database, PeerRow, Write } from '../storage/database.ts';
import { languageOf } from './channel-words.ts';
import { createUndoWindow } from './undo-window.ts';

const codeLifeMs = 60 * 60_000;
const remembered = 1_000;
const page = 200;
/** None that are read for each other; 32, so that a byte gives each the same chance. */
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const codeLength = 8;

/** Whom channels know. What is asked for each message is kept in memory. */
export type Peers = {
  readonly find: (channel: string, id: string) => Promise<PeerRow | null>;
  /** A code for whoever has none that still counts, and what makes it count; null for the others. */
  readonly ask: (channel: string, message: InboundMessage) => Promise<{ readonly code: string; readonly write: Write } | null>;
  /** To be told after a write of `ask` has landed. */
  readonly changed: (channel: string, id: string) => void;
  readonly list: (channel: string, after: string, limit: number) => Promise<readonly PeerRow[]>;
  /** @throws AppError PAIRING_CODE_UNKNOWN */
  readonly pair: (channel: string, code: string, status: 'allowed' | 'owner') => Promise<PeerRow>;
  readonly set: (channel: string, id: string, status: Exclude<PeerStatus, 'asked'>) => Promise<PeerRow>;
  /** @returns until when they can be known again as before; nobody is too unknown to be forgotten */
  readonly forget: (channel: string, id: string) => Promise<number>;
  /** @throws AppError UNDO_OVER, also where somebody has decided about them since */
  readonly restore: (channel: string, id: string) => Promise<PeerRow>;
};

type PeerPorts = {
  readonly database: Database;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly randomBytes: RandomBytes;
  /** Somebody is known otherwise than before. */
  readonly onChange: () => void;
  /** Somebody who was given a code is let in. */
  readonly onLetIn: (channel: string, asked: Asked) => void;
};

export const createPeers = ({ database, clock, randomBytes, onChange, onLetIn }: PeerPorts): Peers => {
  const known = new Map<string, Promise<PeerRow | null>>();
  const forgotten = createUndoWindow<PeerRow>(clock);
  const keyOf = (channel: string, id: string): string => `${channel}\0${id}`;
  const changed: Peers['changed'] = (channel, id) => {
    known.delete(keyOf(channel, id));
    onChange();
  };

  const find: Peers['find'] = (channel, id) => {
    const key = keyOf(channel, id);
    const there = known.get(key);
    if (there) return there;
    const found = database.read({ op: 'peer.get', channel, id });
    known.set(key, found);
    found.catch(() => known.get(key) === found && known.delete(key));
    const oldest = known.keys().next().value;
    if (known.size > remembered && oldest !== undefined) known.delete(oldest);
    return found;
  };

  const put = async (peer: PeerRow): Promise<PeerRow> => {
    await database.write([{ op: 'peer.put', peer }]);
    changed(peer.channel, peer.id);
    return peer;
  };
  const decided = (peer: PeerRow, status: PeerStatus): PeerRow => ({
    ...{ ...peer, status, codeHash: null, codeAt: null, decidedAt: clock.now(), asked: null },
  });

  const decide = async (before: PeerRow, status: Exclude<PeerStatus, 'asked'>): Promise<PeerRow> => {
    const peer = await put(decided(before, status));
    // Who had to wait is told, once: from here on nobody waits.
    if (status !== 'blocked' && before.status === 'asked' && before.asked) onLetIn(before.channel, before.asked);
    return peer;
  };

  return {
    find,
    changed,
    ask: async (channel, message) => {
      const { id, name } = message.from;
      const there = await find(channel, id);
      if (there !== null && hasCode(there, clock.now())) return null;
      const code = [...randomBytes(codeLength)].map((byte) => letters[byte % letters.length]).join('');
      const at = clock.now();
      const peer: PeerRow = {
        ...{ channel, id, name: name ?? there?.name ?? null, status: 'asked' },
        ...{ codeHash: hashOf(code), codeAt: at, firstSeenAt: there?.firstSeenAt ?? at, decidedAt: null },
        asked: askedBy(message),
      };
      return { code: `${code.slice(0, 4)}-${code.slice(4)}`, write: { op: 'peer.put', peer } };
    },
    list: (channel, after, limit) => database.read({ op: 'peer.list', channel, after, limit }),
    pair: async (channel, code, status) => {
      const codeHash = hashOf(code.toUpperCase().replace(/[^A-Z0-9]/g, ''));
      for (let after = ''; ; ) {
        const rows = await database.read({ op: 'peer.list', channel, after, limit: page });
        const found = rows.find((row) => row.status === 'asked' && row.codeHash === codeHash && hasCode(row, clock.now()));
        if (found) return decide(found, status);
        const last = rows.at(-1);
        if (rows.length < page || !last) throw new AppError('PAIRING_CODE_UNKNOWN');
        after = last.id;
      }
    },
    set: async (channel, id, status) => {
      const there = await database.read({ op: 'peer.get', channel, id });
      const at = clock.now();
      const unknown: PeerRow = {
        ...{ channel, id, name: null, status, codeHash: null, codeAt: null, firstSeenAt: at, decidedAt: at },
      };
      return decide(there ?? unknown, status);
    },
    forget: async (channel, id) => {
      const there = await database.read({ op: 'peer.get', channel, id });
      await database.write([{ op: 'peer.remove', channel, id }]);
      changed(channel, id);
      return there === null ? clock.now() : forgotten.keep(keyOf(channel, id), there);
    },
    restore: async (channel, id) => {
      const before = forgotten.take(keyOf(channel, id));
      const now = await database.read({ op: 'peer.get', channel, id });
      if (now !== null && now.status !== 'asked') throw new AppError('UNDO_OVER');
      return put(before);
    },
  };
};

/** They were given a code that still counts. */
export const hasCode = ({ codeAt }: PeerRow, now: number): boolean => codeAt !== null && codeAt > now - codeLifeMs;

const askedBy = ({ id, from, conversationId, chatType, threadId, content }: InboundMessage): Asked => ({
  by: {
    ...{ id, from },
    ...(conversationId === undefined ? {} : { conversationId }),
    ...(chatType === undefined ? {} : { chatType }),
    ...(threadId === undefined ? {} : { threadId }),
  },
  language: languageOf(content),
});

const hashOf = (code: string): string => createHash('sha256').update(code).digest('hex');
