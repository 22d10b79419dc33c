import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createToken, openclaw, type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { says, startUpstream, type Upstream } from './harness/upstream.ts';

let home: Home;
let gateway: RunningGateway | undefined;
const upstreams: Upstream[] = [];

beforeEach(() => {
  // A PIN is set here, which the homes of other tests must not get to see.
  home = createHome('config-home');
});
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
  for (const upstream of upstreams.splice(0)) await upstream.stop();
  home.remove();
});

const model = async (reply: string): Promise<Upstream> => {
  const upstream = await startUpstream(says(reply));
  upstreams.push(upstream);
  return upstream;
};
const file = (): string => readFileSync(join(home.dir, 'config.json'), 'utf8');
const ask = async (token: string): Promise<unknown> => {
  const answer = await fetch(`${gateway!.url}api/v1/messages`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: '{"content":"hi"}',
  });
  return ((await answer.json()) as { finalReply?: unknown }).finalReply;
};

describe('openclaw config', () => {
  test('with no gateway up asks for the PIN as the gateway would, and puts keys where the gateway finds them', async () => {
    home.configure('{\n  // mine\n  "logs": { "level": "info" }\n}\n');
    expect(await openclaw(home, ['pin', 'set'], {}, '2468\n')).toMatchObject({ code: 0 });
    const weaken = ['config', 'set', 'security.allowedOrigins', '["https://a.example"]'];
    expect(await openclaw(home, weaken)).toMatchObject({ code: 1, stderr: expect.stringContaining('--pin-stdin') });
    expect(await openclaw(home, [...weaken, '--pin-stdin'], {}, '1111\n')).toMatchObject({ code: 1 });
    expect(file()).not.toContain('a.example');
    expect(await openclaw(home, [...weaken, '--pin-stdin'], {}, '2468\n')).toMatchObject({ code: 0, stderr: 'Changed.\n' });
    expect(file()).toContain('// mine');

    const upstream = await model('with a key');
    expect(await openclaw(home, ['config', 'set-key', 'mine'], {}, 'sk-from-the-terminal\n')).toMatchObject({ code: 0 });
    const entry = { provider: 'openai-compatible', baseUrl: upstream.url, model: 'scripted', keyRef: 'mine' };
    await openclaw(home, ['config', 'set', 'models.m', JSON.stringify(entry)]);
    gateway = await startGateway(home);
    expect(await ask(await createToken(home))).toBe('with a key');
    expect(upstream.requests[0]?.headers.authorization).toBe('Bearer sk-from-the-terminal');
  });

  test('changes the model of a running gateway, and so does an editor', async () => {
    const [one, two, three] = [await model('one'), await model('two'), await model('three')];
    home.configure(configFor(one.url));
    gateway = await startGateway(home);
    const token = await createToken(home);
    expect(await ask(token)).toBe('one');
    expect(await openclaw(home, ['config', 'set', 'models.local.baseUrl', two.url])).toMatchObject({ stderr: 'Changed, and in force.\n' });
    expect(await ask(token)).toBe('two');
    writeFileSync(join(home.dir, 'config.json'), file().replace(two.url, three.url));
    await expect.poll(() => ask(token)).toBe('three');
    writeFileSync(join(home.dir, 'config.json'), '{ "models": ');
    await expect.poll(async () => (await openclaw(home, ['status'])).stderr).toContain('config.json, line 1');
    expect(await ask(token)).toBe('three');
  });
});
