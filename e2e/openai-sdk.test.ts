import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createToken, openclaw, type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { says, startUpstream, type Upstream } from './harness/upstream.ts';

/** The `openai` SDK, unchanged but for base URL and key, against `openclaw gateway`. */
const nonce = `nonce${randomUUID().replaceAll('-', '')}`;
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let client: OpenAI;

beforeAll(async () => {
  upstream = await startUpstream(says(`answer ${nonce}`));
  home = createHome();
  home.configure(configFor(upstream.url));
  gateway = await startGateway(home);
  const { stdout } = await openclaw(home, ['token', 'create', '--name', 'sdk', '--api-key']);
  client = new OpenAI({ baseURL: `${gateway.url}v1`, apiKey: stdout.trim() });
});
afterAll(async () => {
  await gateway?.stop();
  await upstream?.stop();
  home?.remove();
});

const messages = [{ role: 'user' as const, content: `question ${nonce}` }];
const withNonce = (): string[] =>
  readdirSync(home.dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(nonce));

test('an API key lists the models and gets an answer, whole and streamed; nothing of it is on the disk', async () => {
  const models = await client.models.list();
  expect(models.data.map(({ id }) => id)).toContain('openclaw/dev-coder');
  expect(await client.models.retrieve('openclaw/main')).toMatchObject({ id: 'openclaw/main' });

  const whole = await client.chat.completions.create({ model: 'openclaw', messages });
  expect(whole.choices[0]?.message.content).toBe(`answer ${nonce}`);
  const stream = client.chat.completions.stream({
    model: 'openclaw/dev-coder',
    messages,
    stream_options: { include_usage: true },
  });
  expect(await stream.finalContent()).toBe(`answer ${nonce}`);
  expect((await stream.finalChatCompletion()).usage?.total_tokens).toBe(18);

  const token = await createToken(home);
  const sessions = await fetch(`${gateway.url}api/v1/sessions`, { headers: { Authorization: `Bearer ${token}` } });
  expect(await sessions.json()).toMatchObject({ sessions: [] });
  expect(withNonce()).toEqual([]);
});

test('with `user` it is', async () => {
  await client.chat.completions.create({ model: 'openclaw', messages, user: 'alice' });
  expect(withNonce()).not.toEqual([]);
});

test('a stop of the gateway in the middle of an answer ends it as an error, and nothing goes on at the next start', async () => {
  const hanging = await startUpstream(() => ({ kind: 'never' }));
  const other = createHome();
  try {
    other.configure(configFor(hanging.url));
    let running = await startGateway(other);
    const sdk = new OpenAI({ baseURL: `${running.url}v1`, apiKey: await createToken(other), maxRetries: 0 });
    const asked = sdk.chat.completions.create({ model: 'openclaw', messages }).then(
      () => 'answered',
      (error: unknown) => error,
    );
    await hanging.requested(1);
    await running.stop();
    expect(await asked).toBeInstanceOf(OpenAI.APIError);
    running = await startGateway(other);
    await running.stop();
    expect(hanging.requests.length).toBe(1);
  } finally {
    other.remove();
    await hanging.stop();
  }
});
