export { type MadeChannel, makeChannel } from './make-channel.ts';
export { makeTools } from './make-tools.ts';
