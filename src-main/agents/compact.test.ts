import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../testing/test-gateway.ts';
import { type ChatRequest, type Reply, scriptModel } from '../testing/upstream.ts';

const isSummary = (request: ChatRequest): boolean => JSON.stringify(request.messages[0]).includes('You shorten conversations');
const long = (word: string): string => `${word} ${'x'.repeat(150_000)}`;

/** A session with three long messages, which together are too much, and what its model is asked then. */
const start = async (summary: Reply) => {
  const upstream = await scriptModel((request) => (isSummary(request) ? summary : { kind: 'text', chunks: ['noted'] }));
  const t = await startTestGateway({ upstream });
  const say = async (content: string) => {
    const { json } = await t.post({ content, sessionId: 'one' });
    expect(json.status).toBe('completed');
    return json;
  };
  for (const word of ['first', 'second', 'third']) await say(long(word));
  return { t, upstream, say };
};
const asked = (request: ChatRequest) => request.messages.map(({ role, content }) => `${role}: ${String(content).slice(0, 60)}`);

describe('a conversation that is too long for a model', () => {
  it('goes on with a summary of what is older, made once; what was said stays', async () => {
    const { t, upstream, say } = await start({ kind: 'text', chunks: ['The user said first', ' and second.'] });
    await say('and now?');
    const [making, going] = upstream.requests.slice(-2).map(({ body }) => body);
    expect(asked(making!)).toEqual([expect.stringContaining('You shorten'), expect.stringMatching(/^user: (User: first|\[…\])/)]);
    expect(making!.tools ?? []).toEqual([]);
    expect(asked(going!).slice(1)).toEqual([
      'user: What was said before, in short:\nThe user said first and seco',
      'assistant: I go on from there.',
      'user: and now?',
    ]);
    const before = upstream.requests.length;
    const { sessionId } = await say('and then?');
    expect(upstream.requests.length).toBe(before + 1);
    expect(asked(upstream.requests.at(-1)!.body).slice(1)).toEqual([
      expect.stringContaining('What was said before'),
      'assistant: I go on from there.',
      'user: and now?',
      'assistant: noted',
      'user: and then?',
    ]);
    // Everything is there for who reads it, and in the search.
    const { sessions } = (await t.call('GET', '/api/v1/sessions', { token: t.admin })).json;
    const { items } = (await t.call('GET', `/api/v1/sessions/${sessions[0].id}/messages?limit=200`, { token: t.admin })).json;
    const types = items.map(({ event }: { event: { type: string } }) => event.type);
    expect(types.filter((type: string) => type === 'message').length).toBe(5);
    expect(types.filter((type: string) => type === 'summary').length).toBe(1);
    const ws = await t.ws();
    ws.send({ type: 'resume', sessionId, afterSeq: 0 });
    await ws.waitFor((frame) => 'seq' in frame && frame.seq === items.at(-1).seq);
    expect(ws.frames.map(({ type }) => type as string)).not.toContain('summary');
  });

  it('goes on with what there is room for where no summary can be made', async () => {
    for (const broken of [{ kind: 'error', status: 400 } as Reply, { kind: 'text', chunks: [] } as Reply]) {
      const { upstream, say } = await start(broken);
      expect((await say('and now?')).finalReply).toBe('noted');
      expect(
        asked(upstream.requests.at(-1)!.body)
          .slice(1)
          .map((line) => line.slice(0, 12)),
      ).toEqual(['user: second', 'assistant: n', 'user: third ', 'assistant: n', 'user: and no']);
    }
  });
});
