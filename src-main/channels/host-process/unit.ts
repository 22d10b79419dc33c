import {
  type Attachment,
  type ChannelContext,
  ChannelError,
  type ChannelPlugin,
  type HookRequest,
  type HookResponse,
  type InboundAction,
  type InboundMessage,
  type Message,
  type PluginContext,
  type Tool,
} from '../../../packages/plugin-sdk/src/index.ts';
import { createChannel, createTools } from '../../../packages/plugin-sdk/src/runtime/index.ts';
import type { LoadPayload } from '../host/protocol.ts';
import { guardFetch } from './guard-fetch.ts';
import { hostsOf } from './hosts-of.ts';
import { createLimit } from './limit.ts';
import type { AskGateway, ImportPlugin } from './serve-units.ts';

/** A hundred thousand at once would be more than this process has memory for. */
const messagesAtOnce = 32;

/** One plugin object with what it was given: a channel, or the tools of a plugin. */
export type Unit = ReturnType<typeof createUnit>;

export const createUnit = ({
  id,
  spec,
  gateway,
  fetch,
}: {
  readonly id: string;
  readonly spec: LoadPayload;
  readonly gateway: AskGateway;
  readonly fetch: typeof globalThis.fetch;
}) => {
  const life = new AbortController();
  const calls = new Map<string, AbortController>();
  let channel: ChannelPlugin | null = null;
  let tools: readonly Tool[] = [];
  let answerRequest: ((request: HookRequest) => Promise<HookResponse> | HookResponse) | null = null;

  const limit = createLimit(messagesAtOnce);
  const onMessage = (message: InboundMessage): Promise<void> =>
    limit(async () => {
      await gateway.call('heard', { message: withSmallRaw(message) });
    });

  const context: PluginContext = {
    config: spec.config,
    secrets: { get: async (name) => ((await gateway.call('secret', { name })).value ?? null) as string | null },
    dataDir: spec.dataFolder,
    signal: life.signal,
    log: {
      debug: (...line) => gateway.log('debug', ...line),
      info: (...line) => gateway.log('info', ...line),
      warn: (...line) => gateway.log('warn', ...line),
      error: (...line) => gateway.log('error', ...line),
    },
    fetch: guardFetch(fetch, hostsOf(spec)),
    state: {
      get: async (key) => (await gateway.call('stateGet', { key })).value ?? undefined,
      set: async (key, value) => void (await gateway.call('stateSet', { key, value })),
      delete: async (key) => void (await gateway.call('stateDelete', { key })),
    },
  };

  const channelContext: ChannelContext = {
    ...context,
    channelId: id,
    blobs: {
      read: async (blob) => (await gateway.call('blobRead', { blob })).bytes ?? new Uint8Array(),
      write: async ({ data, ...file }) => (await gateway.call('blobWrite', { ...file, bytes: data })).value as Attachment,
    },
    setStatus: gateway.status,
    onMessage,
    onAction: async (action: InboundAction) => (await gateway.call('pressed', { action })).value as { readonly text: string },
    onRequest: (handler) => {
      answerRequest = handler;
    },
  };

  /** The method of the channel, which has it. */
  const able = <Name extends keyof ChannelPlugin>(name: Name): ChannelPlugin => {
    if (channel === null || channel[name] === undefined) throw new ChannelError('UNSUPPORTED', `The plugin has no ${name}.`);
    return channel;
  };

  return {
    load: async (importPlugin: ImportPlugin) => {
      const exported = await importPlugin(spec);
      if (spec.kind === 'channel') channel = createChannel(exported, onMessage);
      else tools = createTools(exported).tools;
      return {
        capabilities: channel?.capabilities ?? {},
        tools: tools.map(({ name, description, parameters, readOnly = false }) => ({ name, description, parameters, readOnly })),
      };
    },
    start: async () => {
      await channel?.start?.(channelContext);
    },
    stop: async () => {
      life.abort(new Error('The plugin is being stopped.'));
      for (const call of calls.values()) call.abort(life.signal.reason);
      await channel?.stop?.();
    },
    send: ({ to, message }: { readonly to: string; readonly message: Message }) => able('sendMessage').sendMessage(to, message),
    setTyping: ({ to, typing, threadId }: { readonly to: string; readonly typing: boolean; readonly threadId?: string }) =>
      able('setTyping').setTyping?.(to, typing, threadId),
    edit: ({ to, sent, message }: { readonly to: string; readonly sent: string; readonly message: Message }) =>
      able('editMessage').editMessage?.(to, sent, message),
    check: async () => {
      await channel?.health?.();
    },
    request: async ({ bytes, ...request }: Omit<HookRequest, 'body'> & { readonly bytes?: Uint8Array }) => {
      if (!answerRequest) throw new ChannelError('UNSUPPORTED', 'The channel takes no requests: it has not called ctx.onRequest.');
      return answerRequest({ ...request, body: bytes ?? new Uint8Array() });
    },
    execute: async ({ call, tool, args }: { readonly call: string; readonly tool: string; readonly args: Record<string, unknown> }) => {
      const found = tools.find(({ name }) => name === tool);
      if (!found) throw new ChannelError('UNSUPPORTED', `The plugin has no tool "${tool}".`);
      const cancelled = new AbortController();
      calls.set(call, cancelled);
      try {
        return await found.execute(args, { ...context, signal: cancelled.signal });
      } finally {
        calls.delete(call);
      }
    },
    cancel: async ({ call }: { readonly call: string }) => {
      calls.get(call)?.abort(new Error('Nobody waits for the result any more.'));
    },
  };
};

const maxRawCharacters = 64 * 1024;

/** `raw` is for a log only: where it is too long, or no JSON, the message goes without. */
const withSmallRaw = (message: InboundMessage): InboundMessage => {
  if (message?.raw === undefined) return message;
  const { raw, ...rest } = message;
  try {
    return JSON.stringify(raw).length <= maxRawCharacters ? message : rest;
  } catch {
    return rest;
  }
};
