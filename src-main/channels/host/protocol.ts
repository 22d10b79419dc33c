import type { Attachment, ChannelErrorCode, ChannelStatus, InboundAction, InboundMessage } from '../../../packages/plugin-sdk/src/index.ts';
import type { LogLevel } from '../../../src-shared/contract/routes/operations.ts';

/**
 * How the gateway and a process of plugins speak: each call names a unit (a channel's id, or a tool plugin's) and has one
 * payload. What of it comes from a process is checked by `protocol-schemas.ts`.
 */
export type Outcome =
  | { readonly ok: true; readonly value?: unknown; readonly bytes?: Uint8Array | undefined }
  | { readonly ok: false; readonly failed: Failed };

export type Failed = {
  readonly code: ChannelErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
};

export const errorCodes = [
  'AUTH',
  'RATE_LIMIT',
  'PEER',
  'NETWORK',
  'UNSUPPORTED',
  'INTERNAL',
] as const satisfies readonly ChannelErrorCode[];

/** What the gateway may ask of a process. */
export const processCalls = [
  'ping',
  'load',
  'start',
  'stop',
  'send',
  'setTyping',
  'edit',
  'check',
  'request',
  'execute',
  'cancel',
] as const;
export type ProcessCall = (typeof processCalls)[number];
export type ToProcess = {
  readonly [Name in ProcessCall]: (unit: string, payload: Readonly<Record<string, unknown>>) => Promise<Outcome>;
};

/** What `load` is told. */
export type LoadPayload = {
  /** The plugin's id. */
  readonly plugin: string;
  readonly kind: 'channel' | 'tools';
  /** Absolute. */
  readonly main: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly dataFolder: string;
  readonly net: readonly string[];
};

/** What a process may ask of the gateway, and with what. */
export type GatewayPayloads = {
  readonly heard: { readonly message: InboundMessage };
  readonly pressed: { readonly action: InboundAction };
  readonly secret: { readonly name: string };
  readonly stateGet: { readonly key: string };
  readonly stateSet: { readonly key: string; readonly value: unknown };
  readonly stateDelete: { readonly key: string };
  readonly blobRead: { readonly blob: string };
  readonly blobWrite: Pick<Attachment, 'name' | 'type'> & { readonly bytes?: Uint8Array };
  readonly log: {
    readonly level: LogLevel;
    readonly text: string;
    readonly details?: Readonly<Record<string, unknown>>;
  };
  readonly status: { readonly status: ChannelStatus; readonly detail?: string };
};
export type GatewayCall = keyof GatewayPayloads;
export type ToGateway = { readonly [Name in GatewayCall]: (unit: string, payload: GatewayPayloads[Name]) => Promise<Outcome> };

const maxFailureCharacters = 2_000;

/** What was thrown, in a form that travels. A ChannelError is known by its name: each plugin brings its own copy of the class. */
export const failedOf = (error: unknown): Failed => {
  const { name, code, message, retryable, retryAfterMs } = (typeof error === 'object' && error !== null ? error : {}) as Partial<
    Record<keyof Failed | 'name', unknown>
  >;
  const known = name === 'ChannelError' ? errorCodes.find((other) => other === code) : undefined;
  return {
    code: known ?? 'INTERNAL',
    message: (typeof message === 'string' ? message : String(error)).slice(0, maxFailureCharacters),
    retryable: known === undefined || retryable === true,
    ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
  };
};
