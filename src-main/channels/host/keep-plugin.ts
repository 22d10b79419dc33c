import type { ChannelStatus } from '../../../packages/plugin-sdk/src/index.ts';
import { createBackOff } from '../../back-off.ts';
import type { Clock, RandomBytes } from '../../gateway-ports.ts';
import { raced } from '../../raced.ts';
import { wordsOf } from '../../words-of.ts';
import { PluginFailure } from '../plugin-failure.ts';
import type { KeptPlugin, PluginHealth, PluginState, PluginUnit } from '../plugin-host.ts';
import { loadPayload } from './load-payload.ts';
import type { Answers, Member, PluginLink } from './plugin-link.ts';
import type { ProcessCall } from './protocol.ts';

const startLimitMs = 30_000;
const sendLimitMs = 60_000;
const stopLimitMs = 5_000;
const requestLimitMs = 10_000;
const settleMs = 250;

/** One that succeeds shows that the platform takes its credentials again. */
const platformCalls: ReadonlySet<ProcessCall> = new Set(['send', 'edit', 'check']);

/** A place in a process: the unit's own, or one that it shares. */
export type Seat = {
  readonly link: PluginLink;
  /** Leaves it, and ends the process where nobody else is in it. Resolves when that is gone. */
  readonly leave: () => Promise<void>;
};

export type KeepPluginPorts = {
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** Rejects where no process can be had. */
  readonly takeSeat: (unit: PluginUnit, on: Omit<Member, 'unit'>) => Promise<Seat>;
};

/** One unit: started, watched, started again after a crash, until it is stopped. */
export const keepPlugin = (unit: PluginUnit, { clock, randomBytes, takeSeat }: KeepPluginPorts): KeptPlugin => {
  const listeners = new Set<(health: PluginHealth) => void>();
  let health: PluginHealth = {
    ...{ state: 'starting', detail: null, since: clock.now(), restarts: 0, nextTryAt: null, capabilities: null, isolation: null },
  };
  let loaded: Answers['load'] | null = null;
  /** Until it is let go; null where it has no process. */
  let seating: Promise<Seat> | null = null;
  let seat: Seat | null = null;
  /** The platform has refused its credentials, whatever it says itself. */
  let refused = false;
  let life = new AbortController();
  const backOff = createBackOff({ clock, randomBytes });
  let cancelTimer = (): void => undefined;
  let leaving: Promise<void> = Promise.resolve();
  let nextCall = 0;

  const set = (state: PluginState, detail: string | null, more: Partial<PluginHealth> = {}): void => {
    if (state === health.state && detail === health.detail && state !== 'starting') return;
    const since = state === health.state ? health.since : clock.now();
    health = { ...health, nextTryAt: null, ...more, state, detail, since };
    for (const listener of [...listeners]) listener(health);
  };

  const start = (): void => {
    life = new AbortController();
    set('starting', null);
    void run(life.signal);
  };

  const run = async (mine: AbortSignal): Promise<void> => {
    let standing: readonly [status: ChannelStatus, detail: string | undefined] = ['online', undefined];
    let isUp = false;
    let isSettling = false;
    /** A plugin that changes its mind all the time is shown four times a second. */
    const follow = (): void => {
      if (!isUp || isSettling || mine.aborted) return;
      show(...standing);
      isSettling = true;
      clock.after(settleMs, () => {
        isSettling = false;
        follow();
      });
    };
    try {
      await leaving;
      if (mine.aborted) return;
      seating = takeSeat(unit, {
        onStatus: (status, detail) => {
          standing = [status, detail];
          refused = false;
          follow();
        },
        onGone: (why) => {
          if (!mine.aborted) died(why);
        },
      });
      const taken = await seating;
      if (mine.aborted) return;
      seat = taken;
      const { link } = taken;
      const spec = loadPayload(unit.plugin, unit.options, unit.dataFolder);
      loaded = await link.call('load', unit.id, spec, startLimitMs);
      if (mine.aborted) return;
      health = { ...health, capabilities: loaded.capabilities, isolation: link.isolation };
      await link.call('start', unit.id, {}, startLimitMs);
      if (mine.aborted) return;
      isUp = true;
      follow();
    } catch (error) {
      if (mine.aborted) return;
      if (error instanceof PluginFailure && error.code === 'AUTH') {
        set('needs-auth', error.message);
        letGo();
      } else died(`It could not be started: ${wordsOf(error)}`);
    }
  };

  /** As the plugin says that it stands with its platform. */
  const show = (status: ChannelStatus, detail: string | undefined): void => {
    if (status === 'online') set('running', detail ?? null);
    else if (status === 'needs-auth') set('needs-auth', detail ?? 'The platform wants new credentials.');
    else set('degraded', detail ?? (status === 'connecting' ? 'It is connecting.' : 'The platform cannot be reached.'));
  };

  /** It may end by itself, for a while. */
  const letGo = (): void => {
    const taken = seating;
    seating = null;
    seat = null;
    refused = false;
    cancelTimer();
    life.abort(new Error('It is let go.'));
    if (taken === null) return;
    leaving = (async () => {
      const gone = await taken.catch(() => null);
      if (gone === null) return;
      if (gone.link.isOpen()) {
        await gone.link
          .call('stop', unit.id, {}, stopLimitMs)
          .catch((error: unknown) => unit.log('warn', `It was stopped hard: ${wordsOf(error)}`));
      }
      await gone.leave();
    })();
  };

  const died = (why: string): void => {
    letGo();
    unit.log('error', `The plugin ended. ${why}`);
    const { delayMs, often } = backOff.died();
    if (often) {
      set('failed', `It has ended too often (5 times within 10 minutes). The last time: ${why}`);
      return;
    }
    set('back-off', why, { restarts: health.restarts + 1, nextTryAt: clock.now() + delayMs });
    cancelTimer = clock.after(delayMs, start);
  };

  const call = async <Method extends ProcessCall>(
    method: Method,
    payload: Readonly<Record<string, unknown>>,
    limitMs: number | null,
  ): Promise<Answers[Method]> => {
    const asked = seat;
    if (asked === null || health.state === 'starting' || health.state === 'stopping') {
      throw new PluginFailure(`The plugin does not run now (${health.state}).${health.detail === null ? '' : ` ${health.detail}`}`, {
        code: 'NETWORK',
      });
    }
    try {
      const answer = await asked.link.call(method, unit.id, payload, limitMs);
      if (refused && platformCalls.has(method) && seat === asked) {
        refused = false;
        set('running', null);
      }
      return answer;
    } catch (error) {
      if (error instanceof PluginFailure && error.code === 'AUTH' && seat === asked) {
        refused = true;
        set('needs-auth', error.message);
      }
      throw error;
    }
  };

  start();
  return {
    health: () => health,
    onHealth: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    send: (to, message) => call('send', { to, message }, sendLimitMs),
    setTyping: async (to, typing, threadId) => {
      await call('setTyping', { to, typing, ...(threadId === undefined ? {} : { threadId }) }, requestLimitMs);
    },
    edit: async (to, sent, message) => {
      await call('edit', { to, sent, message }, sendLimitMs);
    },
    check: async () => {
      await call('check', {}, startLimitMs);
    },
    request: ({ body, ...request }) => call('request', { ...request, bytes: body }, requestLimitMs),
    tools: () => (health.state === 'failed' || health.state === 'stopped' ? [] : (loaded?.tools ?? [])),
    execute: async (tool, args, signal) => {
      signal.throwIfAborted();
      nextCall += 1;
      const id = String(nextCall);
      const cancel = (): void => void call('cancel', { call: id }, requestLimitMs).catch(() => undefined);
      signal.addEventListener('abort', cancel, { once: true });
      try {
        return await raced(call('execute', { call: id, tool, args }, null), signal);
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    },
    restart: async () => {
      backOff.forget();
      letGo();
      start();
      await leaving;
    },
    stop: async () => {
      if (health.state === 'stopped') return;
      set('stopping', null);
      letGo();
      await leaving;
      // Unless it was started again meanwhile.
      if (health.state === 'stopping') set('stopped', null);
    },
  };
};
