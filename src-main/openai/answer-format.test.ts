import OpenAI from 'openai';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { type ChatRequest, type Reply, scriptModel } from '../testing/upstream.ts';

const sdk = (t: TestGateway) => new OpenAI({ baseURL: `${t.base}/v1`, apiKey: t.admin });
const start = async (script: (request: ChatRequest, count: number) => Reply) => {
  const upstream = await scriptModel(script);
  return { upstream, t: await startTestGateway({ upstream }) };
};
const text = (...chunks: string[]): Reply => ({ kind: 'text', chunks });
const rejection = (promise: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> =>
  promise.then(
    () => expect.fail('it was not refused'),
    (error: unknown) => error as InstanceType<typeof OpenAI.APIError>,
  );

const city = z.object({ city: z.string(), people: z.int() });
const bern = { city: 'Bern', people: 134_000 };
const says = (): Reply => text('```json\n{"city":"Bern",', '"people":134000}\n```');
const chat = { model: 'openclaw', messages: [{ role: 'user' as const, content: 'Which city?' }] };
const ask = { model: 'openclaw', input: 'Which city?' };

describe('an answer that has to fit a schema', () => {
  it('is parsed by the helpers of the SDK, whole and streamed', async () => {
    const { t, upstream } = await start(says);
    const client = sdk(t);
    const response_format = zodResponseFormat(city, 'city');
    expect((await client.chat.completions.parse({ ...chat, response_format })).choices[0]?.message.parsed).toEqual(bern);
    const stream = client.chat.completions.stream({ ...chat, response_format });
    expect((await stream.finalChatCompletion()).choices[0]?.message.parsed).toEqual(bern);
    const format = { text: { format: zodTextFormat(city, 'city') } };
    const parsed = await client.responses.parse({ ...ask, ...format });
    expect(parsed.output_parsed).toEqual(bern);
    expect(parsed.text?.format).toMatchObject({ type: 'json_schema', name: 'city', strict: true });
    expect((await client.responses.stream({ ...ask, ...format }).finalResponse()).output_parsed).toEqual(bern);
    for (const { body } of upstream.requests)
      expect(body).toMatchObject({ response_format: { json_schema: { schema: { required: ['city', 'people'] } } } });
  });

  it('is asked for once more where it does not, and then is an error', async () => {
    const { t, upstream } = await start(() => text('Bern, I think.'));
    const response_format = { type: 'json_object' as const };
    expect((await rejection(sdk(t).chat.completions.create({ ...chat, response_format }))).status).toBe(502);
    expect(upstream.requests).toHaveLength(2);
    expect(upstream.requests[0]?.body).toMatchObject({ response_format: { json_schema: { schema: { type: 'object' } } } });
  });

  it('may come after a tool of the client, which is called first', async () => {
    const { t } = await start((_request, count) =>
      count === 1 ? { kind: 'tools', calls: [{ id: 'c', name: 'look', arguments: {} }] } : says(),
    );
    const response_format = zodResponseFormat(city, 'city');
    const runner = sdk(t).chat.completions.runTools({
      ...chat,
      response_format,
      tools: [{ type: 'function', function: { name: 'look', description: '', parameters: {}, function: () => 'seen' } }],
    });
    expect(JSON.parse((await runner.finalContent()) ?? '')).toEqual(bern);
  });

  it('is refused where the schema is none, or is strict about what is not checked', async () => {
    const { t, upstream } = await start(says);
    const format = (schema: unknown, strict = false) =>
      ({ type: 'json_schema', json_schema: { name: 'x', schema, strict } }) as OpenAI.ResponseFormatJSONSchema;
    const strictText = { type: 'string', pattern: '^a' };
    for (const [response_format, words] of [
      [format({ type: 'nonsense' }), 'type'],
      [format({ $ref: 'https://elsewhere.example/s.json' }), 'resolve'],
      [format({ properties: { pattern: strictText } }, true), '#/properties/pattern/pattern'],
      [format({ anyOf: [{ items: { format: 'email' } }] }, true), '#/anyOf/0/items/format'],
      [format({ $defs: { a: { made: 'up' } } }, true), '#/$defs/a/made'],
    ] as const) {
      const error = await rejection(sdk(t).chat.completions.create({ ...chat, response_format }));
      expect(error).toMatchObject({ status: 400, param: 'response_format.json_schema.schema' });
      expect(error.message).toContain(words);
    }
    const textFormat = { type: 'json_schema' as const, name: 'x', schema: strictText, strict: true };
    expect(await rejection(sdk(t).responses.create({ ...ask, text: { format: textFormat } }))).toMatchObject({
      status: 400,
      param: 'text.format.schema',
    });
    expect(upstream.requests).toHaveLength(0);
    // Without the promise the model is told of it, and the client checks.
    await sdk(t).responses.create({
      ...ask,
      text: { format: { ...textFormat, schema: { ...strictText, type: 'object' }, strict: false } },
    });
    expect(upstream.requests).toHaveLength(1);
  });
});
