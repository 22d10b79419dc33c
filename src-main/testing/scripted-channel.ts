import type {
  ChannelCapabilities,
  ChannelContext,
  ChannelPlugin,
  InboundMessage,
  Message,
  SendReceipt,
} from '../../packages/plugin-sdk/src/index.ts';
import { installed } from '../channels/plugin-host.conformance.ts';
import type { InstalledPlugin } from '../channels/plugin-host.ts';

export type Sent = { readonly to: string; readonly message: Message };

/** A platform and the plugin that speaks to it, both under the test's hand. */
export type ScriptedChannel = {
  /** For `createMemoryPluginHost`. */
  readonly plugin: unknown;
  readonly stored: InstalledPlugin;
  /** Somebody writes. Resolves when the gateway has it. */
  readonly say: (message: Partial<InboundMessage> & { readonly content: string }) => Promise<void>;
  readonly press: (actionId: string, from: string) => Promise<string>;
  /** What the platform was given, in order. */
  readonly sent: Sent[];
  readonly typing: string[];
  /** Before the platform takes a message; throws to refuse it. */
  script: (sent: Sent) => Promise<void> | void;
  readonly context: () => ChannelContext;
};

export const scriptChannel = (
  capabilities: ChannelCapabilities & { readonly typing?: boolean } = {},
  manifest: Record<string, unknown> = {},
  id = 'chat',
): ScriptedChannel => {
  let ctx: ChannelContext | null = null;
  let count = 0;
  const running = (): ChannelContext => {
    if (!ctx) throw new Error('The channel has not been started.');
    return ctx;
  };
  const { typing: canType = false, ...can } = capabilities;
  const channel: Omit<ScriptedChannel, 'plugin'> = {
    stored: installed(id, '/nowhere', manifest),
    sent: [],
    typing: [],
    script: () => undefined,
    context: running,
    say: async (message) => {
      count += 1;
      await running().onMessage({ id: `in-${count}`, from: { id: 'ann', name: 'Ann' }, ...message });
    },
    press: async (actionId, from) => (await running().onAction({ actionId, from: { id: from } })).text,
  };
  class Scripted implements ChannelPlugin {
    readonly capabilities = can;
    start(context: ChannelContext): void {
      ctx = context;
    }
    async sendMessage(to: string, message: Message): Promise<SendReceipt> {
      await api.script({ to, message });
      api.sent.push({ to, message });
      return { id: `p-${api.sent.length}` };
    }
  }
  if (canType)
    Object.assign(Scripted.prototype, {
      setTyping: async (to: string, typing: boolean) => void api.typing.push(`${to} ${typing}`),
    });
  const api: ScriptedChannel = Object.assign(channel, { plugin: Scripted });
  return api;
};
