import type { Duplex } from 'node:stream';
import { createBirpc } from 'birpc';
import { ChannelError, type ChannelStatus } from '../../../packages/plugin-sdk/src/index.ts';
import type { LogLevel } from '../../../src-shared/contract/routes/operations.ts';
import type { Clock } from '../../gateway-ports.ts';
import { failedOf, type GatewayCall, type LoadPayload, type Outcome, processCalls, type ToGateway } from '../host/protocol.ts';
import { createThrottle, linesPerSecond } from '../host/throttle.ts';
import { createWire, postOrFail } from '../host/wire.ts';
import { createUnit, type Unit } from './unit.ts';

export type ImportPlugin = (spec: LoadPayload) => Promise<unknown>;

/** A unit's way to the gateway. */
export type AskGateway = {
  /** @throws ChannelError */
  readonly call: (method: GatewayCall, payload: object) => Promise<Extract<Outcome, { readonly ok: true }>>;
  readonly log: (level: LogLevel, text: string, details?: Readonly<Record<string, unknown>>) => void;
  readonly status: (status: ChannelStatus, detail: string | undefined) => void;
};

/**
 * The plugins' end of the pipe: does what the gateway asks, for the units that it has loaded.
 *
 * @param importPlugin what a plugin's file exports by default
 * @param inNameOf runs a task so that what it prints can be told from what others print
 */
export const serveUnits = ({
  pipe,
  importPlugin,
  inNameOf,
  fetch,
  clock,
}: {
  readonly pipe: Duplex;
  readonly importPlugin: ImportPlugin;
  readonly inNameOf: <T>(unit: string, task: () => T) => T;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
}): { readonly log: (unit: string | null, level: LogLevel, text: string) => void } => {
  const units = new Map<string, Unit>();
  let hear: (message: unknown) => Promise<void> = async () => undefined;
  const wire = createWire(pipe, { message: (message) => void hear(message), broken: () => pipe.destroy() });

  let lastLogged = '';
  const mayLog = createThrottle(clock, linesPerSecond, (words) => say(lastLogged, 'warn', words));
  const say = (id: string, level: LogLevel, text: string, details?: Readonly<Record<string, unknown>>): void => {
    const line = { level, text: text.slice(0, maxLogCharacters) };
    void rpc.$callEvent('log', id, { ...line, ...detailsOf(details) });
  };

  const gatewayFor = (id: string): AskGateway => ({
    call: async (method, payload) => {
      const outcome = await rpc.$call(method, id, payload as never);
      if (outcome.ok) return outcome;
      const { code, message, ...options } = outcome.failed;
      throw new ChannelError(code, message, { retryable: options.retryable, ...definedOf({ retryAfterMs: options.retryAfterMs }) });
    },
    log: (level, text, details) => {
      lastLogged = id;
      if (!mayLog()) return;
      say(id, level, text, details);
    },
    status: (status, detail) =>
      void rpc.$callEvent('status', id, { status, ...definedOf({ detail: detail?.slice(0, maxDetailCharacters) }) }),
  });

  const serve = async (method: (typeof processCalls)[number], id: string, payload: never): Promise<Outcome> => {
    if (method === 'ping') return { ok: true };
    if (method === 'load') {
      const unit = createUnit({ id, spec: payload satisfies LoadPayload, gateway: gatewayFor(id), fetch });
      units.set(id, unit);
      return { ok: true, value: await unit.load(importPlugin) };
    }
    const unit = units.get(id);
    if (!unit && method === 'stop') return { ok: true };
    if (!unit) throw new ChannelError('INTERNAL', `Nothing is loaded as "${id}".`);
    if (method === 'stop') units.delete(id);
    const value = await unit[method](payload);
    return { ok: true, value: value ?? null };
  };

  const rpc = createBirpc<ToGateway>(
    Object.fromEntries(
      processCalls.map((method) => [
        method,
        (id: string, payload: never) =>
          inNameOf(id, () => serve(method, id, payload)).catch((error: unknown): Outcome => ({ ok: false, failed: failedOf(error) })),
      ]),
    ),
    {
      post: (message) => postOrFail(wire, message),
      on: (listener) => {
        hear = async (message) => listener(message);
      },
      timeout: -1,
    },
  );

  return {
    log: (unit, level, text) => {
      const [only] = units.keys();
      const id = unit ?? only;
      if (id !== undefined) gatewayFor(id).log(level, text);
    },
  };
};

const maxLogCharacters = 8 * 1024;
const maxDetailsCharacters = 16 * 1024;
const maxDetailCharacters = 1_024;

/** What is too long, or no JSON, is left out rather than the line. */
const detailsOf = (details: Readonly<Record<string, unknown>> | undefined): { details?: Readonly<Record<string, unknown>> } => {
  try {
    return details !== undefined && JSON.stringify(details).length <= maxDetailsCharacters ? { details } : {};
  } catch {
    return {};
  }
};

/** Without what is undefined: types with exact optional properties want it so. */
const definedOf = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
