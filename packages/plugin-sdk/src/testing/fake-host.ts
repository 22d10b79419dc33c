import type { ChannelContext, ChannelStatus, HookRequest, HookResponse, Log } from '../channel-context.ts';
import { ChannelError } from '../channel-error.ts';
import type { Attachment, InboundAction, InboundMessage } from '../message.ts';
import { within } from './expect.ts';

/** The gateway as a channel sees it, in memory. */
export type FakeHost = {
  /** The context of a channel that is set up so. Its status, log and messages are this host's. */
  readonly context: (setUp: {
    readonly config: Readonly<Record<string, unknown>>;
    readonly secrets?: Readonly<Record<string, string>>;
    readonly dataDir?: string;
  }) => ChannelContext;
  readonly heard: readonly InboundMessage[];
  readonly pressed: readonly InboundAction[];
  readonly statuses: readonly { readonly status: ChannelStatus; readonly detail: string | undefined }[];
  /** Lines, each with its details as JSON. */
  readonly logged: readonly string[];
  /** By default `take`. `hold`: does not answer until it is set to something else. `refuse`: rejects. */
  readonly answerMessagesBy: (how: 'take' | 'hold' | 'refuse') => void;
  /** What the platform sends to the channel's hook. */
  readonly request: (request: Partial<HookRequest>) => Promise<HookResponse>;
  readonly addBlob: (file: { readonly name: string; readonly type: string; readonly data: Uint8Array }) => Attachment;
  readonly readBlob: (blob: string) => Uint8Array | undefined;
  /** Resolves as soon as it holds; rejects after a while, with `what` in words. */
  readonly until: (what: string, holds: () => boolean) => Promise<void>;
  /** What comes before `stop()`: aborts `ctx.signal`. */
  readonly abort: () => void;
};

export const usualPatienceMs = 15_000;

/** @param options `patienceMs`: what `until` waits for by default */
export const createFakeHost = ({ patienceMs = usualPatienceMs }: { readonly patienceMs?: number } = {}): FakeHost => {
  const heard: InboundMessage[] = [];
  const pressed: InboundAction[] = [];
  const statuses: { status: ChannelStatus; detail: string | undefined }[] = [];
  const logged: string[] = [];
  const blobs = new Map<string, Uint8Array>();
  const values = new Map<string, string>();
  const stopping = new AbortController();
  const changes = new EventTarget();
  const changed = (): boolean => changes.dispatchEvent(new Event('change'));
  let how: 'take' | 'hold' | 'refuse' = 'take';
  let handler: ((request: HookRequest) => Promise<HookResponse> | HookResponse) | null = null;

  const until: FakeHost['until'] = async (what, holds) => {
    let look = (): void => {};
    const seen = new Promise<void>((resolve, reject) => {
      look = () => {
        try {
          if (holds()) resolve();
        } catch (thrown) {
          reject(thrown);
        }
      };
    });
    changes.addEventListener('change', look);
    look();
    await within(patienceMs, what, seen).finally(() => changes.removeEventListener('change', look));
  };

  const addBlob: FakeHost['addBlob'] = ({ name, type, data }) => {
    // As the gateway does.
    if (data.byteLength === 0) throw new ChannelError('UNSUPPORTED', 'The file is empty.');
    const blob = `blob-${blobs.size + 1}`;
    blobs.set(blob, data);
    return { blob, name, type, size: data.byteLength };
  };

  const log =
    (level: string): Log =>
    (text, details) => {
      logged.push(`${level} ${text}${details ? ` ${JSON.stringify(details)}` : ''}`);
      changed();
    };

  return {
    context: ({ config, secrets = {}, dataDir = '/nowhere' }) => ({
      channelId: 'tested',
      config,
      secrets: { get: async (name) => secrets[name] ?? null },
      dataDir,
      signal: stopping.signal,
      log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
      fetch: (input, init) => globalThis.fetch(input, init),
      state: {
        get: async (key) => {
          const text = values.get(key);
          return text === undefined ? undefined : JSON.parse(text);
        },
        set: async (key, value) => void values.set(key, JSON.stringify(value)),
        delete: async (key) => void values.delete(key),
      },
      blobs: {
        read: async (blob) => {
          const data = blobs.get(blob);
          if (!data) throw new ChannelError('PEER', `There is no blob ${blob}.`);
          return data;
        },
        write: async (file) => addBlob(file),
      },
      setStatus: (status, detail) => {
        statuses.push({ status, detail });
        changed();
      },
      onMessage: async (message) => {
        // What cannot be told to another process never reaches the real gateway either.
        heard.push(structuredClone(message));
        changed();
        // Looked at now: who was waiting for the message may change it at once.
        if (how === 'hold') await until('the gateway answers', () => how !== 'hold');
        if (how === 'refuse') throw new ChannelError('INTERNAL', 'The gateway cannot take it now.', { retryable: true });
      },
      onAction: async (action) => {
        pressed.push(structuredClone(action));
        changed();
        return { text: `pressed ${action.actionId}` };
      },
      onRequest: (given) => {
        handler = given;
        changed();
      },
    }),
    heard,
    pressed,
    statuses,
    logged,
    answerMessagesBy: (next) => {
      how = next;
      changed();
    },
    request: async (request) => {
      if (!handler) return { status: 404 };
      return handler({ method: 'POST', query: '', headers: {}, body: new Uint8Array(), ...request });
    },
    addBlob,
    readBlob: (blob) => blobs.get(blob),
    until,
    abort: () => stopping.abort(),
  };
};
