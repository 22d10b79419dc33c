/** What the platform got from the channel. */
export type SentMessage = {
  readonly to: string;
  /** As people read it, without the platform's own marks. */
  readonly text: string;
  readonly threadId?: string | undefined;
  /** Names of the files that came with it. */
  readonly files?: readonly string[] | undefined;
  /** What is in them, in the same order. Without it only their names are checked. */
  readonly fileBytes?: readonly Uint8Array[] | undefined;
  /** Words on the buttons under it. */
  readonly buttons?: readonly string[] | undefined;
};

/** What somebody says on the platform. */
export type PlatformMessage = {
  /** Digits, for platforms whose ids are numbers. The same id again is the same message. */
  readonly id: string;
  readonly text: string;
  /** `self`: the account that the channel itself uses. */
  readonly from: 'person' | 'bot' | 'self';
  readonly file?: { readonly name: string; readonly type: string; readonly data: Uint8Array };
};

/** How the platform answers every call until it is told otherwise; `null`: well again. */
export type Refusal = { readonly because: 'auth' | 'down' } | { readonly because: 'rate-limit'; readonly retryAfterMs: number } | null;

/** What a platform by its nature cannot do. Say it, and the suite leaves out what needs it. */
export type Ability =
  /** Somebody can write to us. */
  | 'inbound'
  /** It waits for an acknowledgement, and delivers again what has none. */
  | 'redelivery'
  /** Its messages say that a program wrote them. */
  | 'bots'
  /** It delivers to us what we sent ourselves. */
  | 'self'
  /** It has credentials. */
  | 'auth'
  /** It says for how long to wait. */
  | 'rate-limit';

/** The platform, as the author of a channel fakes it for tests: small, in the same process, on a port of its own. */
export type FakePlatform = {
  /** What the user would have filled in: `ctx.config`, with the address of this fake. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** An empty folder, for a channel that writes files of its own. */
  readonly dataDir?: string;
  /** The chat that messages go to, and that `say` speaks in. */
  readonly to: string;
  /** A thread of that chat. Needed of a channel that can write to threads. */
  readonly threadId?: string;
  /** Everything so far, in order, as it stands there now. */
  readonly sent: () => readonly SentMessage[];
  readonly refuse: (refusal: Refusal) => void;
  /**
   * Resolves when the channel has acknowledged the message; until then the platform delivers it again and again, if it
   * does such things.
   */
  readonly say?: (message: PlatformMessage) => Promise<void>;
  /** Somebody presses the button with these words under the last message. Needed of a channel that can have buttons. */
  readonly press?: (button: string) => Promise<void>;
  /** Cuts every connection, or the next one if there is none. The platform stays there to connect to again. */
  readonly disconnect?: () => void;
  readonly close: () => Promise<void>;
};
