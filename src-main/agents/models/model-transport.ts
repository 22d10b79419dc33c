import { setTimeout as delay } from 'node:timers/promises';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import type { ProxySettings } from '../../net/proxy.ts';

/** How requests travel to providers: one keep-alive pool for all models, time-outs, bounds and the retry policy. */
export type ModelTransport = {
  readonly dispatcher: Dispatcher;
  readonly timeouts: ModelTimeouts;
  readonly limits: ModelLimits;
  readonly retry: RetryPolicy;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
  /** Ends every connection at once; running streams end with `GATEWAY_STOPPING`. */
  readonly close: () => Promise<void>;
};

/** All in milliseconds. */
export type ModelTimeouts = {
  readonly connect: number;
  /** From the written request to the first byte of the answer's body: a long prompt on a slow machine takes a while. */
  readonly firstByte: number;
  /** Between two pieces of an answer. Comments (`: keep-alive`) count as pieces. */
  readonly idle: number;
  /** How long a server that has said its finish reason may take to say `[DONE]` and to end its answer. */
  readonly trailer: number;
};

/** In bytes; events in characters. */
export type ModelLimits = { readonly event: number; readonly total: number };

export type RetryPolicy = {
  /** In all, the first included. */
  readonly attempts: number;
  readonly baseMs: number;
  /** A provider that asks to wait longer than this is not waited for: its error says when to come back. */
  readonly maxMs: number;
};

type TransportOptions = {
  readonly timeouts?: Partial<ModelTimeouts>;
  readonly limits?: Partial<ModelLimits>;
  readonly retry?: Partial<RetryPolicy>;
  readonly now?: () => number;
  readonly random?: () => number;
  readonly sleep?: ModelTransport['sleep'];
  readonly proxy?: ProxySettings | null;
};

export const createModelTransport = (options: TransportOptions = {}): ModelTransport => {
  const timeouts = { connect: 10_000, firstByte: 120_000, idle: 60_000, trailer: 2_000, ...options.timeouts };
  // undici's own header and body time-outs are off: they cannot tell "never began" from "stopped in the middle".
  const pool = {
    connections: 256,
    pipelining: 1,
    keepAliveTimeout: 15_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: timeouts.connect },
  };
  const dispatcher = options.proxy ? new EnvHttpProxyAgent({ ...pool, ...options.proxy }) : new Agent(pool);
  return {
    dispatcher,
    timeouts,
    limits: { event: 8 * 1024 * 1024, total: 64 * 1024 * 1024, ...options.limits },
    retry: { attempts: 3, baseMs: 400, maxMs: 60_000, ...options.retry },
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
    sleep: options.sleep ?? ((ms, signal) => delay(ms, undefined, { signal })),
    close: () => dispatcher.destroy(),
  };
};

/**
 * How long to wait before the next attempt: what the provider asked for, else exponential back-off with jitter.
 * @param attempt the one that failed, from 1
 * @returns milliseconds, or null when it is not worth waiting
 */
export const retryDelay = (policy: RetryPolicy, attempt: number, askedMs: number | undefined, random: () => number): number | null => {
  if (attempt >= policy.attempts) return null;
  if (askedMs !== undefined) return askedMs > policy.maxMs ? null : askedMs;
  const backOff = Math.min(policy.maxMs, policy.baseMs * 2 ** (attempt - 1));
  return Math.round(backOff * (0.5 + random() / 2));
};

/** An id for a tool call that came without one. */
export const newCallId = ({ random }: Pick<ModelTransport, 'random'>): string => `call_${letters(random)}${letters(random)}`;

const letters = (random: () => number): string => random().toString(36).slice(2, 12).padEnd(10, '0');
