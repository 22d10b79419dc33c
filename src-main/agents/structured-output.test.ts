import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../testing/test-gateway.ts';
import { type ChatRequest, type Reply, scriptModel } from '../testing/upstream.ts';

const schema = { type: 'object', properties: { city: { type: 'string' }, people: { type: 'integer' } }, required: ['city', 'people'] };
const text = (...chunks: string[]): Reply => ({ kind: 'text', chunks });

const start = async (script: (request: ChatRequest, count: number) => Reply) => {
  const upstream = await scriptModel(script);
  const t = await startTestGateway({ upstream });
  const invoke = async (outputSchema: unknown, more: object = {}) =>
    t.call('POST', '/api/v1/agents/main/invoke', { token: t.admin, json: { input: 'Which?', outputSchema, ...more } });
  return { t, upstream, invoke };
};

describe('invoke with outputSchema', () => {
  it('asks the model for it on the wire, and gives the answer parsed', async () => {
    const { t, upstream, invoke } = await start(() => text('```json\n{"city":"Bern",', '"people":134000}\n```'));
    const { status, json } = await invoke(schema);
    expect({ status, output: json.output, reply: json.finalReply }).toEqual({
      status: 200,
      output: { city: 'Bern', people: 134_000 },
      reply: '{"city":"Bern","people":134000}',
    });
    expect(upstream.requests[0]?.body).toMatchObject({ response_format: { type: 'json_schema', json_schema: { schema } } });
    expect((await t.call('GET', `/api/v1/messages/${json.messageId}`, { token: t.admin })).json.output).toEqual(json.output);
  });

  it('lets the model try once more, told what is wrong, and pays for both', async () => {
    const { upstream, invoke } = await start((_request, count) => text(count === 1 ? '{"city":"Bern"}' : '{"city":"Bern","people":1}'));
    const { json } = await invoke(schema);
    expect(json).toMatchObject({ status: 'completed', output: { people: 1 }, usage: { inputTokens: 22, outputTokens: 14 } });
    expect(String(upstream.requests[1]?.body.messages.at(-1)?.content)).toContain("must have required property 'people'");
  });

  it('fails with MODEL_GARBAGE where it does not fit the second time either, and shows what came', async () => {
    const { upstream, invoke } = await start(() => text('Bern, I think.'));
    const { status, json } = await invoke(schema);
    expect({ status, code: json.error.code, reply: json.finalReply, output: json.output }).toEqual({
      status: 502,
      code: 'MODEL_GARBAGE',
      reply: 'Bern, I think.',
      output: undefined,
    });
    expect(upstream.requests).toHaveLength(2);
  });

  it('works with a server that takes no schema, by words alone', async () => {
    const { upstream, invoke } = await start((request) =>
      'response_format' in request
        ? { kind: 'error', status: 400, message: 'response_format is not supported' }
        : text('{"city":"B","people":2}'),
    );
    expect((await invoke(schema)).json.output).toEqual({ city: 'B', people: 2 });
    expect(String(upstream.requests[1]?.body.messages[0]?.content)).toContain('"required":["city","people"]');
  });

  it('takes only a schema that is one, and no patterns that could keep the gateway busy', async () => {
    const { upstream, invoke } = await start(() => text(JSON.stringify(`${'a'.repeat(40)}!`)));
    expect((await invoke({ type: 'nonsense' })).json.error).toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('outputSchema'),
    });
    expect((await invoke({ $ref: 'https://elsewhere.example/s.json' })).status).toBe(400);
    expect((await invoke({ description: 'x'.repeat(70_000) })).status).toBe(400);
    expect(upstream.requests).toHaveLength(0);
    expect((await invoke({ type: 'string', pattern: '^(a+)+$' })).status).toBe(200);
  });
});
