import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { GuardedHttp } from '../net/guarded-http.ts';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../testing/test-gateway.ts';
import { scriptModel } from '../testing/upstream.ts';

const sdk = (t: TestGateway) => new OpenAI({ baseURL: `${t.base}/v1`, apiKey: t.admin });
const start = async (options: TestGatewayOptions = {}, model: object = {}) => {
  const upstream = await scriptModel(() => ({ kind: 'text', chunks: ['A cat.'] }));
  const local = { provider: 'openai-compatible', baseUrl: upstream.url, model: 'scripted', ...model };
  return { upstream, t: await startTestGateway({ config: { models: { local } }, ...options }) };
};
const rejection = (promise: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> =>
  promise.then(
    () => expect.fail('it was not refused'),
    (error: unknown) => error as InstanceType<typeof OpenAI.APIError>,
  );

/** Every byte there is behind the signature, so that none can be lost unseen. */
const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from(Array.from({ length: 256 }, (_, n) => n))]);
const inline = `data:image/png;base64,${png.toString('base64')}`;
const chat = (...urls: string[]): OpenAI.ChatCompletionCreateParamsNonStreaming => ({
  model: 'openclaw',
  messages: [
    {
      role: 'user',
      content: [{ type: 'text', text: 'What is it?' }, ...urls.map((url) => ({ type: 'image_url' as const, image_url: { url } }))],
    },
  ],
});
const response = (image_url: string): OpenAI.Responses.ResponseCreateParamsNonStreaming => ({
  model: 'openclaw',
  input: [
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'What is it?' },
        { type: 'input_image', image_url, detail: 'auto' },
      ],
    },
  ],
});
const web =
  (answer: Partial<Awaited<ReturnType<GuardedHttp>>>, asked: string[] = []): (() => GuardedHttp) =>
  () =>
  async ({ url }) => {
    asked.push(url.href);
    return { url: url.href, status: 200, headers: {}, bytes: png, cut: false, leadsTo: null, ...answer };
  };
const heard = (url: string) => [
  { type: 'text', text: 'What is it?' },
  { type: 'image_url', image_url: { url } },
];

describe('pictures', () => {
  it('reach the model byte for byte, over both APIs', async () => {
    const { t, upstream } = await start();
    await sdk(t).chat.completions.create(chat(inline));
    await sdk(t).responses.create(response(inline));
    for (const { body } of upstream.requests) expect(body.messages.at(-1)?.content).toEqual(heard(inline));
  });

  it('may be larger than other bodies', async () => {
    const { t, upstream } = await start();
    const large = `data:image/png;base64,${Buffer.concat([png, Buffer.alloc(3 * 1024 * 1024)]).toString('base64')}`;
    await sdk(t).chat.completions.create(chat(large));
    expect(upstream.requests[0]?.body.messages.at(-1)?.content).toEqual(heard(large));
  });

  it('are fetched where they have an address of the public internet', async () => {
    const asked: string[] = [];
    const { t, upstream } = await start({ ports: { openWeb: web({}, asked) } });
    await sdk(t).chat.completions.create(chat('https://pictures.example/cat.png'));
    expect(asked).toEqual(['https://pictures.example/cat.png']);
    expect(upstream.requests[0]?.body.messages.at(-1)?.content).toEqual(heard(inline));
  });

  it('of a session are kept with it, and heard again; without one nothing is kept', async () => {
    const { t, upstream } = await start();
    const client = sdk(t).chat.completions;
    await client.create({ ...chat(inline), user: 'alice' });
    await client.create({ model: 'openclaw', messages: [{ role: 'user', content: 'And?' }], user: 'alice' });
    const parts = upstream.requests[1]?.body.messages[1]?.content as { image_url?: { url: string } }[];
    expect(parts.at(-1)?.image_url?.url).toBe(inline);
    const { json } = await t.call('GET', '/api/v1/sessions/alice/messages', { token: t.admin });
    expect(json.items[0].event.attachments).toMatchObject([{ type: 'image/png', size: png.length }]);
  });

  it('that cannot be taken are refused by the field', async () => {
    const { t, upstream } = await start();
    for (const [url, words] of [
      ['data:image/png;base64,AA=A', 'base64'],
      ['data:image/png,abc', 'base64'],
      [`data:image/png;base64,${Buffer.from('<svg/>').toString('base64')}`, 'PNG'],
      ['http://pictures.example/cat.png', 'https'],
      ['file:///etc/passwd', 'https'],
      ['https://127.0.0.1/cat.png', 'public internet'],
      ['https://localhost:18789/cat.png', 'public internet'],
    ] as const) {
      const error = await rejection(sdk(t).chat.completions.create(chat(inline, url)));
      expect(error, url).toMatchObject({ status: 400, param: 'messages[0].content[2].image_url.url' });
      expect(error.message).toContain(words);
    }
    expect(await rejection(sdk(t).responses.create(response('x')))).toMatchObject({ param: 'input[0].content[1].image_url' });
    expect(upstream.requests).toHaveLength(0);
  });

  it('of an address that fails or is too large are refused', async () => {
    for (const [answer, words] of [
      [{ status: 404 }, 'HTTP 404'],
      [{ cut: true }, '16 MiB'],
      [{ bytes: Buffer.from('<html>') }, 'PNG'],
    ] as const) {
      const { t } = await start({ ports: { openWeb: web(answer) } });
      expect((await rejection(sdk(t).chat.completions.create(chat('https://pictures.example/')))).message).toContain(words);
    }
  });

  it('are refused where the model is known to see none', async () => {
    const { t, upstream } = await start({}, { vision: false });
    for (const user of [undefined, 'alice']) {
      const error = await rejection(sdk(t).chat.completions.create({ ...chat(inline), ...(user ? { user } : {}) }));
      expect(error).toMatchObject({ status: 400, type: 'invalid_request_error' });
      expect(error.message).toContain('pictures');
    }
    expect(upstream.requests).toHaveLength(0);
    await sdk(t).chat.completions.create({ model: 'openclaw', messages: [{ role: 'user', content: 'hi' }] });
    expect(upstream.requests).toHaveLength(1);
  });
});
