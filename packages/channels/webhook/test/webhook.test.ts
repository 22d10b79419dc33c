import { createHmac } from 'node:crypto';
import type { HookResponse, Message } from '@openclaw/plugin-sdk';
import { createFakeHost, testChannel } from '@openclaw/plugin-sdk/testing';
import { describe, expect, it, test } from 'vitest';
import WebhookChannel from '../src/index.ts';
import { secret, startProgram } from './program.ts';

describe('as every channel', () => {
  const platform = async (host: Parameters<typeof startProgram>[0]) => (await startProgram(host)).platform;
  for (const { name, run } of testChannel({ create: () => WebhookChannel, platform, lacks: ['self'] })) test(name, run);
});

const message: Message = { id: '1', content: 'hello', idempotencyKey: 'key-1' };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const started = async (config: object, given = secret) => {
  const host = createFakeHost();
  const channel = new WebhookChannel();
  await channel.start(host.context({ config: { ...config }, secrets: { secret: given } }));
  return { host, channel };
};

describe('a signed call', () => {
  const call = async (...calls: Parameters<Awaited<ReturnType<typeof startProgram>>['post']>[]) => {
    const { host } = await started({});
    const { post, platform } = await startProgram(host);
    const answers: (number | undefined)[] = [];
    for (const one of calls) answers.push((await post(...one)).status);
    await platform.close();
    return { answers, ids: host.heard.map(({ id }) => id) };
  };

  it('is heard', async () => {
    expect(await call(['msg-1', { from: 'ann', text: 'hello' }])).toEqual({ answers: [204], ids: ['msg-1'] });
  });

  it('keeps its id when it is replayed, also where the body says another', async () => {
    const { answers, ids } = await call(['msg-1', { from: 'ann', text: 'hello' }], ['msg-1', { from: 'ann', text: 'hello', id: 'other' }]);
    expect({ answers, ids: [...new Set(ids)] }).toEqual({ answers: [204, 204], ids: ['msg-1'] });
  });

  it('is refused when it is older than five minutes, or that far ahead', async () => {
    for (const minutes of [-6, 6])
      expect(await call(['msg-1', { from: 'ann', text: 'hello' }, new Date(Date.now() + minutes * 60_000)])).toEqual({
        answers: [401],
        ids: [],
      });
  });

  it('is told what is wrong with it', async () => {
    expect((await call(['1', {}], ['2', { from: 'ann' }], ['3', { from: 'ann', text: 'x', files: [{}] }])).answers).toEqual([
      400, 400, 400,
    ]);
  });
});

describe('a call of somebody who does not know the secret', () => {
  const forged = {
    'no signature': {},
    'the signature of another secret': {
      'webhook-id': 'msg-1',
      'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
      'webhook-signature': 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
    },
  };
  test.each(Object.entries(forged))('%s: is not heard', async (_, headers) => {
    const { host } = await started({});
    const { status } = await host.request({ headers, body: bytes('{"from":"eve","text":"hello"}') });
    expect([status, host.heard]).toEqual([401, []]);
  });
});

it('verifies the example of the specification', async () => {
  // https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, which is of 2022.
  const { host } = await started({});
  const { Webhook } = await import('standardwebhooks');
  expect(new Webhook(secret).sign('msg_p5jXN8AQM9LWM0D4loKWxJek', new Date(1_614_265_330_000), '{"test": 2432232314}')).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
  const stale = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  expect((await host.request({ headers: stale, body: bytes('{"test": 2432232314}') })).status).toBe(401);
});

describe('with a plain HMAC', () => {
  const plain = "It's a Secret to Everybody";
  const post = async (body: string, signature: string): Promise<readonly [HookResponse['status'], readonly string[]]> => {
    const { host } = await started({ signature: 'hmac-sha256', header: 'X-Hub-Signature-256' }, plain);
    const { status } = await host.request({ headers: { 'x-hub-signature-256': signature }, body: bytes(body) });
    return [status, host.heard.map(({ id }) => id)];
  };
  const sign = (body: string): string => `sha256=${createHmac('sha256', plain).update(body).digest('hex')}`;

  it('signs as GitHub documents it', () => {
    expect(sign('Hello, World!')).toBe('sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17');
  });

  it('hears what is signed and has an id', async () => {
    const body = '{"id":"a-1","from":"ann","text":"hello"}';
    expect(await post(body, sign(body))).toEqual([204, ['a-1']]);
    expect(await post(body, sign(`${body} `))).toEqual([401, []]);
    const nameless = '{"from":"ann","text":"hello"}';
    expect(await post(nameless, sign(nameless))).toEqual([400, []]);
  });
});

it('does not follow a redirect, and sends nothing where no address is filled in', async () => {
  const asked: RequestInit[] = [];
  const host = createFakeHost();
  const channel = new WebhookChannel();
  const context = host.context({ config: { url: 'https://example.com/' }, secrets: { secret } });
  await channel.start({
    ...context,
    fetch: async (_url, init) => {
      asked.push(init ?? {});
      return new Response(null, { status: 302, headers: { location: 'http://169.254.169.254/' } });
    },
  });
  await expect(channel.sendMessage('ann', message)).rejects.toMatchObject({ code: 'INTERNAL' });
  expect(asked.map(({ redirect }) => redirect)).toEqual(['manual']);
  await expect((await started({})).channel.sendMessage('ann', message)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
});

it('asks for a secret that is one', async () => {
  for (const bad of ['', 'short', 'whsec_%%%%%%%%%%%%%%']) {
    const { host } = await started({}, bad);
    expect(host.statuses.at(-1)?.status).toBe('needs-auth');
  }
});
