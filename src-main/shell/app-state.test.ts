import { describe, expect, it } from 'vitest';
import type { Approval } from '../../src-shared/contract/events.ts';
import type { Activity, Gateway } from '../gateway-ports.ts';
import { createAppState, stateLine, titleFor } from './app-state.ts';
import { wordsFor } from './words.ts';

/** A gateway that says what the test says. */
const speakingGateway = () => {
  let activity: Activity = { turns: 0, stopped: false };
  const listeners = new Set<(activity: Activity) => void>();
  let asked = 0;
  const asking = new Set<(approval: Approval) => void>();
  const gateway: Pick<Gateway, 'activity' | 'onActivity' | 'approvals'> = {
    approvals: {
      pending: () => Array.from({ length: asked }, () => ({}) as Approval),
      onChange: (listener) => {
        asking.add(listener);
        return () => asking.delete(listener);
      },
    },
    activity: () => activity,
    onActivity: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const say = (next: Activity): void => {
    activity = next;
    for (const listener of listeners) listener(next);
  };
  const ask = (waiting: number): void => {
    asked = waiting;
    for (const listener of asking) listener({} as Approval);
  };
  return { gateway: gateway as Gateway, say, ask, listeners, asking };
};

/** One task at a time is all the state machine waits for. */
const createClock = () => {
  let waiting: (() => void) | null = null;
  return {
    after: (_ms: number, task: () => void) => {
      waiting = task;
      return () => {
        waiting = null;
      };
    },
    settle: (): void => waiting?.(),
  };
};

const setUp = () => {
  const clock = createClock();
  const shown: string[] = [];
  const state = createAppState({ clock, changed: ({ kind, turns }) => shown.push(turns === 0 ? kind : `${kind} ${turns}`) });
  return { clock, shown, state };
};

describe('the state of the app', () => {
  it('is that of its gateway: starting, running, failed, running again', () => {
    const { shown, state } = setUp();
    expect(state.state().kind).toBe('starting');
    state.follow({ phase: 'starting' });
    state.follow({ phase: 'failed', problem: { code: 'PORT_TAKEN', message: '', hint: '', freePort: null } });
    state.follow({ phase: 'starting' });
    state.follow({ phase: 'running', url: '', gateway: speakingGateway().gateway });
    state.follow({ phase: 'stopped' });
    expect(shown).toEqual(['error', 'starting', 'ready']);
  });

  it('follows turns and the brake, which goes before turns', () => {
    const { clock, shown, state } = setUp();
    const { gateway, say } = speakingGateway();
    state.follow({ phase: 'running', url: '', gateway });
    for (const activity of [
      { turns: 1, stopped: false },
      { turns: 3, stopped: false },
      { turns: 2, stopped: true },
      { turns: 0, stopped: true },
      { turns: 0, stopped: false },
    ]) {
      say(activity);
      clock.settle();
    }
    expect(shown).toEqual(['ready', 'working 1', 'working 3', 'stopped 2', 'stopped', 'ready']);
  });

  it('needs somebody for as long as something waits for approval, unless everything is stopped', () => {
    const { clock, shown, state } = setUp();
    const { gateway, say, ask, asking } = speakingGateway();
    state.follow({ phase: 'running', url: '', gateway });
    const steps = [
      () => say({ turns: 1, stopped: false }),
      () => ask(1),
      () => say({ turns: 1, stopped: true }),
      () => say({ turns: 1, stopped: false }),
      () => ask(0),
    ];
    for (const step of steps) {
      step();
      clock.settle();
    }
    expect(shown).toEqual(['ready', 'working 1', 'waiting 1', 'stopped 1', 'waiting 1', 'working 1']);
    state.follow({ phase: 'starting' });
    expect(asking.size).toBe(0);
  });

  it('does not flicker with turns that come and go', () => {
    const { clock, shown, state } = setUp();
    const { gateway, say } = speakingGateway();
    state.follow({ phase: 'running', url: '', gateway });
    for (let turn = 0; turn < 1_000; turn += 1) {
      say({ turns: 1, stopped: false });
      say({ turns: 0, stopped: false });
    }
    clock.settle();
    expect(shown).toEqual(['ready']);
  });

  it('hears no more of a gateway that is gone', () => {
    const { clock, shown, state } = setUp();
    const { gateway, say, listeners } = speakingGateway();
    state.follow({ phase: 'running', url: '', gateway });
    state.follow({ phase: 'starting' });
    expect(listeners.size).toBe(0);
    say({ turns: 1, stopped: false });
    clock.settle();
    expect(shown).toEqual(['ready', 'starting']);
  });
});

describe('its words', () => {
  it('are a line for the tray and a title, in both languages', () => {
    const en = wordsFor('en-US');
    const zh = wordsFor('zh-CN');
    expect(stateLine({ kind: 'working', turns: 2 }, en)).toBe('Working: 2 under way');
    expect(stateLine({ kind: 'working', turns: 2 }, zh)).toBe('工作中：2 个任务');
    expect(titleFor({ kind: 'ready', turns: 0 }, en)).toBe('OpenClaw');
    expect(titleFor({ kind: 'stopped', turns: 0 }, zh)).toBe('OpenClaw – 已停止');
  });
});
