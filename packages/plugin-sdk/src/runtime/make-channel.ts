import type { ChannelPlugin } from '../channel-plugin.ts';
import { type OnMessage, waitingRoom } from './waiting-room.ts';

export type MadeChannel = {
  readonly channel: ChannelPlugin;
  /** From now on what the channel hears goes to `onMessage`; what it heard before goes first, in order. Once only. */
  readonly connect: (onMessage: OnMessage) => void;
};

const optional = ['onMessage', 'start', 'stop', 'health', 'setTyping', 'editMessage'] as const;

/**
 * Makes a channel of what the file of a plugin exports as its default. An object is taken as it is: to have two channels
 * of one, import the file twice.
 *
 * @param exported a class, made with `new` and no arguments, or an object
 * @throws Error that says what is wrong with it, or what its constructor throws
 */
export const makeChannel = (exported: unknown): MadeChannel => {
  const { onMessage, connect } = waitingRoom();
  const channel = isClass(exported) ? new (listening(exported, onMessage))() : exported;
  if (!isChannel(channel))
    throw new TypeError(
      `The plugin's default export has to be a class or an object with a method sendMessage(to, message); it is ${describe(exported)}.`,
    );
  for (const name of optional)
    if (channel[name] !== undefined && typeof channel[name] !== 'function')
      throw new TypeError(`The channel's ${name} has to be a method, or left out; it is ${describe(channel[name])}.`);
  // A field that is declared and not set hides what the prototype has; an object has no prototype of ours.
  channel.onMessage ??= onMessage;
  return { channel, connect };
};

type Class = new () => object;

const isClass = (value: unknown): value is Class => typeof value === 'function' && typeof value.prototype === 'object';

/** A class of its own for each channel, so that two of one plugin never hear for each other. */
const listening = (plugin: Class, onMessage: OnMessage): Class => {
  if ('onMessage' in plugin.prototype) return plugin;
  const made = class extends plugin {};
  Object.defineProperty(made, 'name', { value: plugin.name });
  Object.defineProperty(made.prototype, 'onMessage', { value: onMessage, writable: true, configurable: true });
  return made;
};

const isChannel = (value: unknown): value is ChannelPlugin =>
  typeof value === 'object' && value !== null && 'sendMessage' in value && typeof value.sendMessage === 'function';

const describe = (value: unknown): string => {
  if (value === undefined || value === null) return String(value);
  if (isClass(value)) return `the class ${value.name || '(without a name)'}, which has none`;
  return typeof value === 'object' ? `an object with ${Object.keys(value).slice(0, 8).join(', ') || 'nothing in it'}` : `a ${typeof value}`;
};
