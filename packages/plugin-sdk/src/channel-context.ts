import type { Attachment, InboundAction, InboundMessage } from './message.ts';

export type ChannelStatus = 'connecting' | 'online' | 'degraded' | 'needs-auth' | 'offline';

/** A request that the platform made to `/api/v1/hooks/{channelId}`. Nothing of it is checked yet: the signature is the channel's to check. */
export type HookRequest = {
  readonly method: 'GET' | 'POST';
  /** What follows `?`, without it. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it came, up to 1 MiB. */
  readonly body: Uint8Array;
};

export type HookResponse = { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

export type Log = (text: string, details?: Readonly<Record<string, unknown>>) => void;

/** What every plugin gets from the gateway. */
export type PluginContext<Config = Readonly<Record<string, unknown>>> = {
  /** `options` of its entry in config.json, fitting the manifest's `configSchema`. */
  readonly config: Config;
  readonly secrets: {
    /** A value that `uiHints` calls sensitive, from the keychain; null where the user gave none. */
    readonly get: (name: string) => Promise<string | null>;
  };
  /** A folder of its own. */
  readonly dataDir: string;
  /** Aborted when it has to stop. */
  readonly signal: AbortSignal;
  readonly log: { readonly debug: Log; readonly info: Log; readonly warn: Log; readonly error: Log };
  /** The web's `fetch`, to the hosts that the manifest's `permissions.net` names. @throws ChannelError UNSUPPORTED for others */
  readonly fetch: typeof globalThis.fetch;
  /** A few small values that outlive a restart; JSON, up to 64 KiB each and 1 MiB in all. */
  readonly state: {
    readonly get: (key: string) => Promise<unknown>;
    readonly set: (key: string, value: unknown) => Promise<void>;
    readonly delete: (key: string) => Promise<void>;
  };
};

export type ChannelContext<Config = Readonly<Record<string, unknown>>> = PluginContext<Config> & {
  /** The id of its entry in config.json. */
  readonly channelId: string;
  readonly blobs: {
    /** Up to 25 MiB. @throws ChannelError PEER where there is none of that name */
    readonly read: (blob: string) => Promise<Uint8Array>;
    /** Hands over a file that came with a message. Up to 25 MiB. */
    readonly write: (file: { readonly name: string; readonly type: string; readonly data: Uint8Array }) => Promise<Attachment>;
  };
  /** How it stands with the platform. `detail`: what is wrong and what to do, in one line. */
  readonly setStatus: (status: ChannelStatus, detail?: string) => void;
  /** Resolves when the gateway has the message on the disk: tell the platform then. Rejects where it cannot take it: do not tell. */
  readonly onMessage: (message: InboundMessage) => Promise<void>;
  /** Somebody pressed a button. Resolves with what to tell them. */
  readonly onAction: (action: InboundAction) => Promise<{ readonly text: string }>;
  /** Answers what the platform sends to `/api/v1/hooks/{channelId}`, within 10 s. */
  readonly onRequest: (handler: (request: HookRequest) => Promise<HookResponse> | HookResponse) => void;
};
