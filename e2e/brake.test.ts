import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createToken, openclaw, type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { says, startUpstream, type Upstream } from './harness/upstream.ts';

let home: Home;
let upstream: Upstream;
let gateway: RunningGateway | undefined;

beforeEach(async () => {
  home = createHome();
  upstream = await startUpstream(says('hello'));
  home.configure(configFor(upstream.url));
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
