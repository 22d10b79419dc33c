import type { ChannelPlugin } from '../channel-plugin.ts';
import type { InboundMessage } from '../message.ts';

type OnMessage = (message: InboundMessage) => Promise<void>;

const optional = ['onMessage', 'start', 'stop', 'health', 'setTyping', 'editMessage'] as const;

/**
 * Makes a channel of what its file exports: a class, or an object that is one already. `onMessage` is there before the
 * constructor runs, because classes start their long polling in it.
 *
 * @throws Error that says what the author has to change
 */
export const createChannel = (exported: unknown, onMessage: OnMessage): ChannelPlugin => {
  const channel = typeof exported === 'function' ? construct(exported, onMessage) : exported;
  if (typeof channel !== 'object' || channel === null) {
    throw new Error(`The plugin's default export is ${nameOf(exported)}. Export the channel's class: export default class … { … }.`);
  }
  if (typeof (channel as Partial<ChannelPlugin>).sendMessage !== 'function') {
    throw new Error('The channel has no method sendMessage(to, message). It is the one method that every channel has.');
  }
  for (const name of optional) {
    const method = (channel as Partial<ChannelPlugin>)[name];
    if (method !== undefined && typeof method !== 'function')
      throw new Error(`The channel's ${name} is a ${typeof method}. Make it a method, or leave it out.`);
  }
  // A field `onMessage?: …;` without a value hides what the prototype has.
  if (!(channel as ChannelPlugin).onMessage && Object.isExtensible(channel)) Object.assign(channel, { onMessage });
  return channel as ChannelPlugin;
};

/** In a class below the author's, so that two channels of one class do not share it. */
const construct = (exported: unknown, onMessage: OnMessage): unknown => {
  const Author = exported as new () => object;
  if (Author.prototype === undefined || Author.prototype === null) {
    throw new Error("The plugin's default export is a function, not a class. Export the channel's class: export default class … { … }.");
  }
  class Hosted extends Author {}
  Object.defineProperty(Hosted, 'name', { value: Author.name });
  if (!('onMessage' in Hosted.prototype)) {
    Object.defineProperty(Hosted.prototype, 'onMessage', { value: onMessage, writable: true, configurable: true });
  }
  return new Hosted();
};

const nameOf = (value: unknown): string => (value === undefined ? 'missing' : value === null ? 'null' : `a ${typeof value}`);
