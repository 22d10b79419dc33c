import { describe, expect, it, onTestFinished } from 'vitest';
import { startTestGateway } from '../testing/test-gateway.ts';
import { scriptModel } from '../testing/upstream.ts';
import { answer, type Script, startScriptedUpstream } from './models/scripted-upstream.ts';

const outputSchema = { type: 'object', properties: { files: { type: 'integer' } }, required: ['files'] };
const calls = (name: string, input: unknown): Script =>
  answer(
    200,
    JSON.stringify({
      content: [{ type: 'tool_use', id: `toolu_${name}`, name, input }],
      stop_reason: 'tool_use',
      usage: { input_tokens: 5, output_tokens: 2 },
    }),
  );

/** Agents on Anthropic's wire, with another model to fall back on. */
const start = async (...scripts: Script[]) => {
  const anthropic = await startScriptedUpstream();
  onTestFinished(anthropic.close);
  anthropic.play(...scripts);
  const other = await scriptModel(() => ({ kind: 'text', chunks: ['{"files":7}'] }));
  const models = {
    claude: { provider: 'anthropic', baseUrl: anthropic.origin, model: 'claude-sonnet-4-6', fallback: ['other'] },
    other: { provider: 'openai-compatible', baseUrl: other.url, model: 'scripted' },
  };
  const t = await startTestGateway({ config: { models } });
  const invoke = (body: object = {}) =>
    t.call('POST', '/api/v1/agents/main/invoke', { token: t.admin, json: { input: 'How many files?', outputSchema, ...body } });
  return { t, anthropic, other, invoke };
};
const toolNames = (body: Record<string, unknown> | undefined) => ((body?.tools ?? []) as { name: string }[]).map(({ name }) => name);

describe('a turn on the wire of Anthropic', () => {
  it('uses its own tools, and then gives the answer that fits the schema', async () => {
    const { anthropic, invoke } = await start(calls('list_dir', { path: '.' }), calls('give_answer', { answer: { files: 0 } }));
    const { json } = await invoke();
    expect(json).toMatchObject({ status: 'completed', output: { files: 0 }, usage: { inputTokens: 10, outputTokens: 4 } });
    // The answer is no tool call for who looks on.
    expect(json.toolCalls).toMatchObject([{ name: 'list_dir', status: 'finished' }]);
    expect(anthropic.seen).toHaveLength(2);
    for (const { body } of anthropic.seen) {
      expect(toolNames(body)).toEqual(expect.arrayContaining(['list_dir', 'give_answer']));
      expect(body.tool_choice).toEqual({ type: 'any' });
    }
    expect(JSON.stringify(anthropic.seen[1]?.body.messages)).toContain('"tool_use_id":"toolu_list_dir"');
  });

  it('is asked once more where the answer does not fit', async () => {
    const { anthropic, invoke } = await start(
      calls('give_answer', { answer: { files: 'none' } }),
      calls('give_answer', { answer: { files: 3 } }),
    );
    expect((await invoke()).json.output).toEqual({ files: 3 });
    expect(JSON.stringify(anthropic.seen[1]?.body.messages)).toContain('must be integer');
  });

  it('falls back on another wire, and says so to who looks on', async () => {
    const { t, other, invoke } = await start(answer(401, '{"type":"error","error":{"type":"authentication_error","message":"bad key"}}'));
    expect((await invoke()).json).toMatchObject({ output: { files: 7 } });
    expect(other.requests[0]?.body).toMatchObject({ response_format: { json_schema: { schema: outputSchema } } });
    const ws = await t.ws();
    ws.send({ type: 'message', id: '1', content: 'hi', stream: true });
    const said = await ws.waitFor((frame) => frame.type === 'status' && String(frame.content).includes('Asking scripted'));
    expect(said).toMatchObject({
      state: 'thinking',
      content: expect.stringMatching(/refused the API key.*bad key.* Asking scripted at 127\.0\.0\.1/),
    });
    await ws.waitFor((frame) => frame.type === 'response');
  });
});
