export type {
  ChannelContext,
  ChannelStatus,
  HookRequest,
  HookResponse,
  Log,
  PluginContext,
} from './channel-context.ts';
export { ChannelError, type ChannelErrorCode } from './channel-error.ts';
export type { ChannelCapabilities, ChannelPlugin, SendReceipt } from './channel-plugin.ts';
export type { Action, Attachment, InboundAction, InboundMessage, Message, Peer } from './message.ts';
export type { Tool, ToolContext, ToolPlugin } from './tool-plugin.ts';
