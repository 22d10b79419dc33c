export { createChannel } from './create-channel.ts';
export { createTools } from './create-tools.ts';
