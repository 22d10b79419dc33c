import { createBirpc } from 'birpc';
import * as z from 'zod';
import type { ChannelCapabilities, ChannelStatus, HookResponse, SendReceipt } from '../../../packages/plugin-sdk/src/index.ts';
import { AppError } from '../../../src-shared/app-error.ts';
import type { Clock } from '../../gateway-ports.ts';
import { PluginFailure } from '../plugin-failure.ts';
import type { PluginIsolation, PluginTool, PluginUnit } from '../plugin-host.ts';
import { createInflow } from './inflow.ts';
import type { PluginProcess } from './plugin-process.ts';
import { failedOf, type GatewayCall, type GatewayPayloads, type Outcome, type ProcessCall, type ToProcess } from './protocol.ts';
import { fromProcess, gatewayCalls, gatewayPayloads, hookResponse, loadedPlugin, receipt } from './protocol-schemas.ts';
import { createThrottle, linesPerSecond } from './throttle.ts';
import { createWire, postOrFail } from './wire.ts';

/** One unit's part of a process. */
export type Member = {
  readonly unit: PluginUnit;
  readonly onStatus: (status: ChannelStatus, detail: string | undefined) => void;
  /** The process has ended. */
  readonly onGone: (why: string) => void;
};

/** What came back from a call, checked. */
export type Answers = {
  readonly [Method in ProcessCall]: Method extends 'load'
    ? { readonly capabilities: ChannelCapabilities; readonly tools: readonly PluginTool[] }
    : Method extends 'send'
      ? SendReceipt
      : Method extends 'request'
        ? HookResponse
        : unknown;
};

/** The gateway's end of one process: whatever comes from there is checked here, and nowhere behind. */
export type PluginLink = {
  readonly isolation: PluginIsolation;
  /** Returns its undo, which says whether others are left. */
  readonly join: (member: Member) => () => boolean;
  /** @throws PluginFailure, also when it does not answer within `limitMs` (null: for as long as the process lives); what is wrong with what was loaded */
  readonly call: <Method extends ProcessCall>(
    method: Method,
    unit: string,
    payload: Readonly<Record<string, unknown>>,
    limitMs: number | null,
  ) => Promise<Answers[Method]>;
  readonly isOpen: () => boolean;
  readonly end: (why: string) => void;
  readonly ended: Promise<void>;
};

const pingEveryMs = 5_000;
const missesMost = 3;
const unansweredMost = 1_000;

export const openLink = (process: PluginProcess, clock: Clock): PluginLink => {
  const members = new Map<string, Member>();
  const former = new Set<string>();
  let open = true;
  /** Calls without an answer, by the id that birpc gave them. */
  const asked = new Set<string>();
  let cancelPing = (): void => undefined;

  const end = (why: string): void => {
    if (!open) return;
    open = false;
    cancelPing();
    process.kill();
    wire.close();
    rpc.$close(new PluginFailure(`The plugin's process has ended. ${why}`, { code: 'NETWORK', inDoubt: true }));
    for (const { onGone } of [...members.values()]) onGone(why);
  };

  let hear: (message: unknown) => Promise<void> = async () => undefined;
  const wire = createWire(process.pipe, {
    broken: end,
    message: (raw, size) => {
      const read = fromProcess.safeParse(raw);
      if (!read.success) return end(`It sent what is no call and no answer: ${z.prettifyError(read.error).split('\n', 1)[0]}`);
      const message = read.data;
      if (message.t === 's') {
        if (!asked.delete(message.i)) return end('It answered what nobody has asked.');
        return void hear(message);
      }
      const [unit] = message.a;
      if (!members.has(unit) && !former.has(unit)) return end(`It spoke for "${unit}", which does not run there.`);
      hear(message)
        .finally(inflow.begin(size))
        .catch((error: unknown) => end(`It could not be answered: ${failedOf(error).message}`));
    },
  });
  const inflow = createInflow(clock, { hold: wire.hold, flooded: end });

  const answer = async (method: GatewayCall, unitId: string, payload: unknown): Promise<Outcome> => {
    const member = members.get(unitId);
    if (!member) return { ok: false, failed: { code: 'NETWORK', message: 'It has been stopped.', retryable: true } };
    const read = gatewayPayloads[method].safeParse(payload);
    if (!read.success) {
      const why = z.prettifyError(read.error).slice(0, 2_000);
      logged(member.unit, 'error', `The plugin called ${method} with what does not fit: ${why}`);
      return { ok: false, failed: { code: 'INTERNAL', message: why, retryable: false } };
    }
    try {
      return await served(member, method, read.data);
    } catch (error) {
      const failed = failedOf(error);
      if (isForPlugins(error)) return { ok: false, failed };
      logged(member.unit, 'error', `The gateway could not do what the plugin asked for (${method}): ${failed.message}`);
      return { ok: false, failed: { ...failed, message: `The gateway could not do it (${method}); its log says why.` } };
    }
  };

  const served = async (member: Member, method: GatewayCall, payload: unknown): Promise<Outcome> => {
    const { unit } = member;
    const handlers = {
      heard: async ({ message }) => unit.heard(message),
      pressed: async ({ action }) => unit.pressed(action),
      secret: async ({ name }) => unit.secret(name),
      stateGet: async ({ key }) => unit.state.get(key),
      stateSet: async ({ key, value }) => unit.state.set(key, value),
      stateDelete: async ({ key }) => unit.state.delete(key),
      blobRead: async ({ blob }) => unit.blobs.read(blob),
      blobWrite: async ({ name, type, bytes }) => unit.blobs.write({ name, type, data: bytes ?? new Uint8Array() }),
      log: async ({ level, text, details }) => logged(unit, level, text, details),
      status: async ({ status, detail }) => member.onStatus(status, detail),
    } satisfies { [Name in GatewayCall]: (payload: GatewayPayloads[Name]) => Promise<unknown> };
    const value = await (handlers[method] as (payload: unknown) => Promise<unknown>)(payload);
    return value instanceof Uint8Array ? { ok: true, bytes: value } : { ok: true, value: value ?? null };
  };

  let lastUnit: PluginUnit | null = null;
  const mayLog = createThrottle(clock, 2 * linesPerSecond, (words) => lastUnit?.log('warn', words));
  const logged = (unit: PluginUnit, ...line: Parameters<PluginUnit['log']>): void => {
    lastUnit = unit;
    if (mayLog()) unit.log(...line);
  };
  process.onLine((line) => {
    for (const { unit } of members.values()) logged(unit, 'info', line.slice(0, 8_192));
  });

  const serve = (method: GatewayCall) => (unit: string, payload: unknown) => answer(method, unit, payload);
  const rpc = createBirpc<ToProcess>(
    Object.assign(Object.create(null), Object.fromEntries(gatewayCalls.map((name) => [name, serve(name)]))),
    {
      post: (message) => {
        postOrFail(wire, message);
        if (message.t === 'q' && message.i !== undefined) asked.add(message.i);
      },
      on: (listener) => {
        hear = async (message) => listener(message);
      },
      timeout: -1,
    },
  );

  const call: PluginLink['call'] = async (method, unit, payload, limitMs) => {
    const member = members.get(unit);
    if (asked.size >= unansweredMost) end(`It left ${unansweredMost} calls unanswered.`);
    const answered = rpc.$call(method as ProcessCall, unit, payload).catch((error: unknown) => {
      throw error instanceof PluginFailure ? error : new PluginFailure(failedOf(error).message, { retryable: false, cause: error });
    });
    const outcome = limitMs === null ? await answered : await within(clock, limitMs, answered, method);
    if (outcome.ok) return readAnswer(method, outcome.value, (words) => member?.unit.log('warn', words)) as Answers[typeof method];
    const { message, retryAfterMs, ...failed } = outcome.failed;
    throw new PluginFailure(message, { ...failed, retryAfterMs: retryAfterMs ?? null });
  };

  /** A loop that never ends answers nothing. What waits in the pipe because we do not read it is not its fault. */
  const watch = (misses: number): void => {
    let answered = false;
    rpc.$call('ping', '', {}).then(
      () => {
        answered = true;
      },
      () => undefined,
    );
    cancelPing = clock.after(pingEveryMs, () => {
      const missed = answered || inflow.wasHeld() ? 0 : misses + 1;
      if (missed >= missesMost) end(`It did not answer for ${(pingEveryMs * missesMost) / 1_000} s: an endless loop?`);
      else watch(missed);
    });
  };
  watch(0);

  void process.ended.then(end);

  return {
    isolation: process.isolation,
    join: (member) => {
      const { id } = member.unit;
      members.set(id, member);
      former.delete(id);
      return () => {
        if (members.get(id) === member) {
          members.delete(id);
          former.add(id);
        }
        return members.size > 0;
      };
    },
    call,
    isOpen: () => open,
    end,
    ended: process.ended.then(() => undefined),
  };
};

/** A receipt that is none is only complained of: the message was sent. */
const readAnswer = (method: ProcessCall, value: unknown, complain: (words: string) => void): unknown => {
  switch (method) {
    case 'load':
      return loadedPlugin.parse(value);
    case 'send': {
      const read = receipt.safeParse(value);
      if (!read.success) complain('sendMessage returned what is no receipt: { id?: string } was expected.');
      const id = read.data?.id;
      return id === undefined ? {} : { id };
    }
    case 'request': {
      const read = hookResponse.safeParse(value);
      if (read.success) return read.data ?? {};
      throw new PluginFailure('The plugin answered a request with what is no answer: { status, headers, body } was expected.', {
        retryable: false,
      });
    }
    default:
      return value;
  }
};

/** Other errors may name what is none of a plugin's business. */
const isForPlugins = (error: unknown): boolean => error instanceof AppError || (error instanceof Error && error.name === 'ChannelError');

const within = async <T>(clock: Pick<Clock, 'after'>, limitMs: number, task: Promise<T>, what: string): Promise<T> => {
  let cancel = (): void => undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    cancel = clock.after(limitMs, () =>
      reject(new PluginFailure(`The plugin did not answer (${what}) within ${limitMs / 1_000} s.`, { code: 'NETWORK', inDoubt: true })),
    );
  });
  task.catch(() => undefined);
  try {
    return await Promise.race([task, limit]);
  } finally {
    cancel();
  }
};
