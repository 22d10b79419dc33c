import type { ChannelContext } from './channel-context.ts';
import type { InboundMessage, Message } from './message.ts';

/** What a channel can do beyond plain text. What it does not say, it cannot. */
export type ChannelCapabilities = {
  /** The longest `content` in UTF-16 units; the gateway splits longer ones at paragraphs. Default 4,000. */
  readonly maxLength?: number;
  /** `content` may be Markdown, and the channel turns it into what the platform shows. Else it gets plain text. */
  readonly markdown?: boolean;
  /** Each file comes as a message of its own with an empty `content`, behind the text, so that one that fails takes nothing else with it. */
  readonly attachments?: boolean;
  /**
   * Bytes of files, ten at most, that one message takes along with its text where both arrive or neither does, as in a mail. The gateway
   * sends so much of a reply's files with the end of its text. Default 0.
   */
  readonly attachmentsWithText?: number;
  readonly threads?: boolean;
  readonly actions?: boolean;
  /** `idempotencyKey` is honoured: a message whose fate is unknown is tried again without a warning. */
  readonly idempotent?: boolean;
};

/** The platform's own id of what was sent, for `editMessage` and `replyTo`. */
export type SendReceipt = { readonly id?: string };

/**
 * A way for people to reach an agent. Only `sendMessage` is required; the file's default export is the class, made
 * with `new` and no arguments, or an object of this shape.
 */
export interface ChannelPlugin<Config = Readonly<Record<string, unknown>>> {
  /**
   * Sends one message, and resolves when the platform has it. 60 s at most.
   * @param to `conversationId` of what was heard, else `from.id`
   * @throws ChannelError says whether trying again may help; any other error is tried again up to 8 times
   */
  sendMessage(to: string, message: Message): Promise<SendReceipt> | Promise<void>;

  /**
   * Given by the gateway before the constructor runs: call it with what was heard. Resolves when the gateway has it on
   * the disk: tell the platform then, not before.
   */
  onMessage?(message: InboundMessage): Promise<void>;

  readonly capabilities?: ChannelCapabilities;

  /** Connects. Resolves when it is under way (30 s at most); `ctx.setStatus` tells the rest. */
  start?(ctx: ChannelContext<Config>): Promise<void> | void;

  /** Lets go of everything. 5 s at most. `ctx.signal` is aborted before. */
  stop?(): Promise<void> | void;

  /** Rejects where the platform does not answer, or not to these credentials. */
  health?(): Promise<void>;

  setTyping?(to: string, typing: boolean, threadId?: string): Promise<void>;

  /** Replaces what was sent. @param id of the receipt */
  editMessage?(to: string, id: string, message: Message): Promise<void>;
}
