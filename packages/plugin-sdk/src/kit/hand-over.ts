import type { ChannelContext } from '../channel-context.ts';
import type { InboundMessage } from '../message.ts';
import { keepConnected } from './keep-connected.ts';

/**
 * `ctx.onMessage` where nobody delivers the message again if it is refused, or what follows has to wait for it: it is kept in memory and
 * handed over again, until it is taken or the channel is stopped.
 */
export const handOver = async (ctx: ChannelContext, message: InboundMessage): Promise<void> => {
  const taken = new AbortController();
  await keepConnected({
    signal: AbortSignal.any([ctx.signal, taken.signal]),
    connect: async () => {
      await ctx.onMessage(message);
      taken.abort();
    },
    lost: (error) => {
      ctx.log.warn('The gateway did not take a message; it is handed over again.', { error: String(error) });
      return undefined;
    },
  });
};
