import { createHash } from 'node:crypto';
import type { ChannelContext } from '@openclaw/plugin-sdk';

/** What an answer needs to stand in its thread in every mail program. */
export type Thread = { readonly subject: string; readonly references: readonly string[] };

const remembered = 500;
const mostReferences = 10;

/** The last threads, of which each correspondent has their own. */
export type Threads = {
  readonly find: (address: string, threadId: string) => Promise<Thread | null>;
  /** Called by one at a time. */
  readonly remember: (address: string, threadId: string, thread: Thread) => Promise<void>;
};

export const createThreads = (state: ChannelContext['state']): Threads => ({
  find: async (address, threadId) => ((await state.get(keyOf(address, threadId))) ?? null) as Thread | null,
  remember: async (address, threadId, { subject, references }) => {
    const key = keyOf(address, threadId);
    const known = ((await state.get('threads')) ?? []) as readonly string[];
    const keys = [...known.filter((other) => other !== key), key];
    for (const old of keys.slice(0, -remembered)) await state.delete(old);
    await state.set('threads', keys.slice(-remembered));
    await state.set(key, { subject: subject.slice(0, 300), references: references.slice(-mostReferences) });
  },
});

const keyOf = (address: string, threadId: string): string =>
  `thread.${createHash('sha256').update(`${address}\0${threadId}`).digest('base64url').slice(0, 22)}`;
