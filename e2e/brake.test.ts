import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createToken, openclaw, type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { leftOf, processTree } from './harness/process-tree.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';

let home: Home;
let upstream: Upstream;
let gateway: RunningGateway | undefined;
/** What the scripted model runs first. */
let command: string | null;

beforeEach(async () => {
  home = createHome('brake-home');
  command = null;
  upstream = await startUpstream(({ messages }) =>
    command !== null && !messages.some(({ role }) => role === 'tool')
      ? { kind: 'tools', calls: [{ id: 'call_1', name: 'shell', arguments: { command } }] }
      : { kind: 'text', chunks: ['hello'] },
  );
  home.configure({ ...configFor(upstream.url), security: { shell: { mode: 'allow' } } });
});
afterEach(async () => {
  await gateway?.stop();
  await upstream.stop();
  home.remove();
});

const post = async (token: string): Promise<Record<string, unknown>> => {
  const answer = await fetch(`${gateway!.url}api/v1/messages`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: '{"content":"hi"}',
  });
  return (await answer.json()) as Record<string, unknown>;
};

const ways = {
  'the command line': async () => expect((await openclaw(home, ['stop'])).stderr).toContain('1 turn was cancelled'),
  REST: async (admin: string) => {
    const headers = { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' };
    const answer = await fetch(`${gateway!.url}api/v1/stop`, { method: 'POST', headers, body: '{"what":"all"}' });
    expect(await answer.json()).toMatchObject({ cancelled: 1 });
  },
};

describe('the brake', () => {
  test.each(Object.entries(ways))('pulled by %s ends a turn with all the processes it has started', async (_way, pull) => {
    const marker = `brake-${process.pid}`;
    command = processTree(marker);
    gateway = await startGateway(home);
    const admin = await createToken(home, ['--scope', 'admin']);
    const running = post(admin);
    await expect.poll(() => leftOf(marker)).toBeGreaterThan(2);
    await pull(admin);
    expect(await running).toMatchObject({ status: 'cancelled' });
    await expect.poll(() => leftOf(marker)).toBe(0);
    expect(await post(admin)).toMatchObject({ error: { code: 'STOPPED' } });
  });
});

describe('openclaw stop', () => {
  test('while no gateway runs holds the next one from its first moment, until openclaw start', async () => {
    expect(await openclaw(home, ['stop'])).toMatchObject({ code: 0, stderr: expect.stringContaining('everything, since') });
    gateway = await startGateway(home);
    const token = await createToken(home);
    expect(await post(token)).toMatchObject({ error: { code: 'STOPPED', hint: expect.stringContaining('openclaw start') } });
    expect(upstream.requests).toHaveLength(0);
    await gateway.stop();
    expect((await openclaw(home, ['start', '--json'])).stdout).toBe('{"stops":[]}\n');
    gateway = await startGateway(home);
    expect(await post(token)).toMatchObject({ status: 'completed', finalReply: 'hello' });
  });
});
