import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export type Said = {
  readonly id: string;
  readonly from: { readonly id: string; readonly name: string };
  readonly conversationId: string;
  readonly chatType: 'direct' | 'group';
  readonly content: string;
};
export type Sent = { readonly to: string; readonly text: string; readonly key: string };

/** A platform that knows what was said on it, hands it out until it is told that it was taken, and keeps what it was sent. */
export type ChaosPlatform = {
  readonly url: string;
  /** All that was said so far, in order. */
  readonly said: readonly Said[];
  readonly taken: ReadonlySet<string>;
  /** All that came, also what came twice. */
  readonly sent: readonly Sent[];
  /** So many messages were handed out. */
  readonly handedOut: () => number;
  readonly say: (message: Said) => void;
  readonly stop: () => Promise<void>;
};

const atOnce = 10;
/** Long enough for a kill between what arrived and the plugin's knowledge of it. */
const slowestMs = 12;

/** @param onEvent something went in or out: called before it is answered */
export const startChaosPlatform = async (random: () => number, onEvent: () => void): Promise<ChaosPlatform> => {
  const said: Said[] = [];
  const taken = new Set<string>();
  const sent: Sent[] = [];
  let handedOut = 0;
  let waiting: (() => void)[] = [];

  const news = (): Said[] => {
    const open = said.filter(({ id }) => !taken.has(id)).slice(0, atOnce);
    // As some do, one comes again that it was told to be taken.
    const old = random() < 0.1 ? said.find(({ id }) => taken.has(id)) : undefined;
    return open.length > 0 && old ? [old, ...open] : open;
  };
  const server = createServer(async (request, response) => {
    const answer = (body: unknown): void => {
      setTimeout(() => response.end(JSON.stringify(body)), random() * slowestMs);
    };
    if (request.url === '/news') {
      // One question at a time: that of a plugin that has died is let go.
      for (const again of waiting.splice(0)) again();
      if (news().length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      if (response.destroyed) return;
      const messages = news();
      handedOut += messages.length;
      answer(messages);
    } else {
      const body = await json(request).catch(() => null);
      // Killed in the middle of its words.
      if (body === null) return;
      if (request.url === '/taken') taken.add((body as Said).id);
      else sent.push(body as Sent);
      onEvent();
      answer({});
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ said, taken, sent },
    handedOut: () => handedOut,
    say: (message) => {
      said.push(message);
      const before = waiting;
      waiting = [];
      for (const again of before) again();
    },
    stop: async () => {
      for (const again of waiting.splice(0)) again();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
