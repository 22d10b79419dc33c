import { describe, expect, it } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import { configSchema } from '../../src-shared/contract/config.ts';
import type { Gateway } from '../gateway-ports.ts';
import { createGatewayHost, type GatewayState } from './gateway-host.ts';

const config = configSchema.parse({ gateway: { port: 4_000 } });

/** A gateway whose starts end as told, one after the other. */
const setUp = (starts: readonly (() => Promise<{ port: number; url: string }>)[], open?: () => never) => {
  const calls: string[] = [];
  const phases: GatewayState['phase'][] = [];
  let next = 0;
  const gateway = (): Gateway => ({
    start: () => starts[next++]!(),
    stop: async () => void calls.push('stop'),
    mintConsoleToken: async () => ({ token: '', expiresAt: 0 }),
    createSignInLink: () => ({ url: '', expiresAt: 0 }),
    activity: () => ({ turns: 0, stopped: false }),
    onActivity: () => () => undefined,
    approvals: { pending: () => [], onChange: () => () => undefined },
    ui: { current: () => config.ui, onChange: () => () => undefined, change: async () => undefined },
    brake: { pull: async () => undefined, release: async () => undefined },
  });
  const host = createGatewayHost({
    open: async (port) => {
      calls.push(`open ${port}`);
      return open ? open() : { gateway: gateway(), config };
    },
    findFreePort: async (taken) => taken + 1,
    changed: (state) => phases.push(state.phase),
  });
  return { host, calls, phases };
};

const runs = async () => ({ port: 4_000, url: 'http://localhost:4000/' });
const taken = () => Promise.reject(new AppError('PORT_TAKEN', { message: 'Port 4000 is held by node (12).', hint: 'Stop it.' }));

describe('the gateway host', () => {
  it('starts, and stops once', async () => {
    const { host, calls, phases } = setUp([runs]);
    expect(await host.start(null)).toBe(true);
    expect(host.state()).toMatchObject({ phase: 'running', url: 'http://127.0.0.1:4000/' });
    await Promise.all([host.stop(), host.stop()]);
    expect(calls).toEqual(['open null', 'stop']);
    expect(phases).toEqual(['starting', 'running', 'stopped']);
    expect(await host.start(null)).toBe(false);
  });

  it('offers the next free port where one is taken, and starts there', async () => {
    const { host, calls } = setUp([taken, runs]);
    expect(await host.start(null)).toBe(false);
    expect(host.state()).toEqual({
      phase: 'failed',
      problem: { code: 'PORT_TAKEN', message: 'Port 4000 is held by node (12).', hint: 'Stop it.', freePort: 4_001 },
    });
    expect(await host.start(4_001)).toBe(true);
    expect(calls).toEqual(['open null', 'stop', 'open 4001']);
  });

  it('counts on from the port that was tried', async () => {
    const { host } = setUp([taken]);
    await host.start(4_001);
    expect(host.state()).toMatchObject({ problem: { freePort: 4_002 } });
  });

  it('says what is wrong with the configuration, and hides what is not for users', async () => {
    const bad = setUp([], () => {
      throw new AppError('CONFIG_BAD', { message: 'line 3' });
    });
    await bad.host.start(null);
    expect(bad.host.state()).toMatchObject({ problem: { code: 'CONFIG_BAD', message: 'line 3', hint: '', freePort: null } });
    const odd = setUp([], () => {
      throw new Error('secret');
    });
    await odd.host.start(null);
    expect(JSON.stringify(odd.host.state())).not.toContain('secret');
  });

  it('starts again after a fault nobody caught, on the same port, and stays down after the third', async () => {
    const { host, calls, phases } = setUp([runs, runs, runs, runs]);
    await host.start(null);
    for (let time = 0; time < 4; time += 1) await host.restart('boom');
    expect(calls).toEqual(['open null', 'stop', 'open 4000', 'stop', 'open 4000', 'stop', 'open 4000', 'stop']);
    expect(phases.slice(0, 4)).toEqual(['starting', 'running', 'starting', 'running']);
    expect(host.state()).toMatchObject({ phase: 'failed', problem: { message: 'boom' } });
  });

  it('starts anew when the user wishes, with the configuration as it is by then, and as often as that', async () => {
    const { host, calls, phases } = setUp([runs, runs, runs, runs, runs]);
    await host.start(null);
    for (let time = 0; time < 4; time += 1) await Promise.all([host.renew(), host.renew(), host.start(null)]);
    expect(calls).toEqual(['open null', ...Array.from({ length: 4 }, () => ['stop', 'open null']).flat()]);
    expect(phases.slice(0, 4)).toEqual(['starting', 'running', 'starting', 'running']);
    expect(host.state()).toMatchObject({ phase: 'running' });
    await host.stop();
    await host.renew();
    expect(host.state()).toEqual({ phase: 'stopped' });
  });

  it('joins a start that is under way, and ends it before it stops', async () => {
    let go = (): void => {};
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    const { host, calls } = setUp([() => held.then(runs)]);
    const starts = [host.start(null), host.start(5)];
    const stopped = host.stop();
    go();
    await stopped;
    await Promise.all(starts);
    expect(calls).toEqual(['open null', 'stop']);
    expect(host.state()).toEqual({ phase: 'stopped' });
  });
});
