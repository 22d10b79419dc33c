import { type ClientRequest, type IncomingHttpHeaders, request } from 'node:http';
import type { TurnFrame } from '../../src-shared/contract/ws.ts';

/** A client with no manners of its own: sends just what the test says, over a connection of its own. */
export type CallOptions = {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** A Unix socket to go through, instead of host and port. */
  readonly socketPath?: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it stands, with `application/json` unless `headers` say otherwise. */
  readonly body?: string | Buffer;
};

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly json: any;
};

export const call = (base: string, method: string, path: string, options: CallOptions = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    begin(base, method, path, options, reject, answerTo(resolve, reject));
  });

const answerTo =
  (resolve: (answer: Answer) => void, reject: (error: Error) => void): OnResponse =>
  (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.once('error', reject);
    response.once('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) });
    });
  };

export type SlowCall = {
  /** Resolves when the bytes have left this process. */
  readonly write: (bytes: string | Buffer) => Promise<void>;
  readonly end: () => void;
  readonly answer: Promise<Answer>;
  readonly hangUp: () => void;
};

/** A request whose body comes piece by piece, of no said length. */
export const callSlowly = (base: string, method: string, path: string, options: Omit<CallOptions, 'json' | 'body'>): SlowCall => {
  const headers = { 'Content-Type': 'application/json', ...options.headers };
  let outgoing: ClientRequest | undefined;
  const answer = new Promise<Answer>((resolve, reject) => {
    outgoing = open(base, method, path, { ...options, headers }, reject, answerTo(resolve, reject));
  });
  // Whoever hangs up does not ask for it.
  answer.catch(() => undefined);
  return {
    write: (bytes) => new Promise((resolve, reject) => outgoing?.write(bytes, (error) => (error ? reject(error) : resolve()))),
    end: () => void outgoing?.end(),
    answer,
    hangUp: () => void outgoing?.destroy(),
  };
};

/** A request whose answer nobody waits for. */
export const callAndHangUp = (base: string, method: string, path: string, options: CallOptions = {}): { readonly hangUp: () => void } => {
  const outgoing = begin(
    base,
    method,
    path,
    options,
    () => undefined,
    () => undefined,
  );
  return { hangUp: () => outgoing.destroy() };
};

export type EventStream = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly events: readonly TurnFrame[];
  /** The first event, past or to come, that matches; rejects when the stream ends without one. */
  readonly waitFor: (matches: (event: TurnFrame) => boolean) => Promise<TurnFrame>;
  readonly ended: Promise<void>;
  /** Reads nothing until `resume`. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly hangUp: () => void;
};

/** Resolves with the head of the answer. */
export const openEventStream = (base: string, method: string, path: string, options: CallOptions = {}): Promise<EventStream> =>
  new Promise((resolve, reject) => {
    const outgoing = begin(
      base,
      method,
      path,
      { ...options, headers: { Accept: 'text/event-stream', ...options.headers } },
      reject,
      (response) => {
        const events: TurnFrame[] = [];
        const watchers = new Set<() => void>();
        let rest = '';
        let over = false;
        response.setEncoding('utf8').on('data', (chunk: string) => {
          const blocks = `${rest}${chunk}`.split('\n\n');
          rest = blocks.pop() ?? '';
          for (const block of blocks) {
            const data = /^data: (.*)$/m.exec(block)?.[1];
            if (data !== undefined) events.push(JSON.parse(data) as TurnFrame);
          }
          for (const look of watchers) look();
        });
        const ended = new Promise<void>((done) => {
          response.once('error', () => undefined);
          response.once('close', () => {
            over = true;
            for (const look of watchers) look();
            done();
          });
        });
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          events,
          ended,
          pause: () => response.pause(),
          resume: () => response.resume(),
          hangUp: () => outgoing.destroy(),
          waitFor: (matches) =>
            new Promise((found, missing) => {
              const look = (): void => {
                const event = events.find(matches);
                if (!event && !over) return;
                watchers.delete(look);
                if (event) found(event);
                else missing(new Error(`the stream ended without it: ${JSON.stringify(events)}`));
              };
              watchers.add(look);
              look();
            }),
        });
      },
    );
  });

type OnResponse = Parameters<typeof request>[2] & object;

const begin = (
  base: string,
  method: string,
  path: string,
  { json, body, ...options }: CallOptions,
  onError: (error: Error) => void,
  onResponse: OnResponse,
): ClientRequest => {
  const payload = json === undefined ? body : JSON.stringify(json);
  const about = payload === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(payload)) };
  const outgoing = open(base, method, path, { ...options, headers: { ...about, ...options.headers } }, onError, onResponse);
  outgoing.end(payload);
  return outgoing;
};

const open = (
  base: string,
  method: string,
  path: string,
  { token, headers = {}, socketPath }: CallOptions,
  onError: (error: Error) => void,
  onResponse: OnResponse,
): ClientRequest =>
  request(
    new URL(path, base),
    {
      method,
      agent: false,
      ...(socketPath === undefined ? {} : { socketPath }),
      headers: { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), ...headers },
    },
    onResponse,
  ).once('error', onError);

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
