import { ChannelError } from '../channel-error.ts';
import type { InboundMessage } from '../message.ts';

export type OnMessage = (message: InboundMessage) => Promise<void>;

const waitingMost = 1_000;

/** Keeps what is heard before anybody listens. Each call settles as the listener's does. */
export const waitingRoom = (): { readonly onMessage: OnMessage; readonly connect: (listener: OnMessage) => void } => {
  const waiting: (() => void)[] = [];
  let listener: OnMessage | null = null;
  return {
    onMessage: async (message) => {
      if (listener) return listener(message);
      if (waiting.length >= waitingMost)
        throw new ChannelError('INTERNAL', `More than ${waitingMost} messages before the channel was started.`, { retryable: true });
      return new Promise((resolve) => {
        waiting.push(() => resolve((listener as OnMessage)(message)));
      });
    },
    connect: (to) => {
      if (listener) throw new Error('The channel is connected already.');
      listener = to;
      for (const enter of waiting.splice(0)) enter();
    },
  };
};
