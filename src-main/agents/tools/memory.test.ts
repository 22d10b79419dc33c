import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTestHome, putFile, startTestGateway } from '../../testing/test-gateway.ts';
import { type ChatRequest, lastUserText, scriptModel } from '../../testing/upstream.ts';

const key = `sk-proj-${'aB3'.repeat(20)}`;
const systemOf = (request: ChatRequest): string => String(request.messages.find(({ role }) => role === 'system')?.content);

/** A model that does what the message says in JSON – `["tool", {…}]` – once, and repeats what it was told. */
const start = async () => {
  const upstream = await scriptModel((request) => {
    const said = lastUserText(request);
    const told = request.messages.at(-1);
    if (told?.role === 'tool') return { kind: 'text', chunks: [String(told.content)] };
    if (!said.startsWith('["')) return { kind: 'text', chunks: ['ok'] };
    const [name, args] = JSON.parse(said.replace('{{key}}', key));
    return { kind: 'tools', calls: [{ id: 'c', name, arguments: args }] };
  });
  const home = createTestHome();
  const t = await startTestGateway({ home, upstream });
  const say = async (content: unknown, more: object = {}) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    const first = (await t.post({ content: text, ...more })).json;
    if (first.status !== 'approval_required') return first;
    const ws = await t.ws({ query: `?sessionId=${first.sessionId}`, token: undefined });
    ws.send({ type: 'resume', sessionId: first.sessionId, afterSeq: 0 });
    await t.call('POST', `/api/v1/approvals/${first.approvals[0].id}`, { token: t.admin, json: { decision: 'approve' } });
    await ws.waitFor(({ type }) => type === 'response');
    return { ...(await t.call('GET', `/api/v1/messages/${first.messageId}`, { token: t.admin })).json, approvals: first.approvals };
  };
  return { t, home, upstream, say };
};

describe('notes of an agent', () => {
  it('are written once somebody allows it, and are in its prompt from then on – its alone', async () => {
    const { t, home, upstream, say } = await start();
    const noted = await say(['memory_write', { text: 'The user is called 小明.' }]);
    expect(noted).toMatchObject({ status: 'completed', finalReply: 'Noted.' });
    expect(noted.approvals[0]).toMatchObject({
      tool: 'memory_write',
      title: 'remember in Memory.md',
      preview: 'The user is called 小明.\n',
    });
    await say(['memory_write', { text: 'They like tea.' }]);
    expect(readFileSync(join(home.workspace('main'), 'Memory.md'), 'utf8')).toBe('The user is called 小明.\nThey like tea.\n');
    await say('hi');
    expect(systemOf(upstream.requests.at(-1)!.body)).toContain('The user is called 小明.\nThey like tea.');
    await say('hi', { agentId: 'dev-coder' });
    expect(systemOf(upstream.requests.at(-1)!.body)).not.toContain('小明');
    expect((await say(['memory_read', {}])).finalReply).toContain('小明');
    expect((await t.call('POST', `/api/v1/messages/${noted.messageId}/undo-writes`, { token: t.admin })).status).toBe(409);
  });

  it('are cut in the prompt where a user wrote more', async () => {
    const { home, upstream, say } = await start();
    putFile(home, 'main', 'Memory.md', 'x'.repeat(100_000));
    await say('hi');
    expect(systemOf(upstream.requests.at(-1)!.body).length).toBeLessThan(9_000);
  });

  it.each([
    'the key is {{key}}',
    'password: hunter2hunter2',
    '密码是 abcd1234',
    'API_KEY=abcdef123456',
    'Bearer abcdefghijklmnopqrst',
    '-----BEGIN PRIVATE KEY-----\nMIIE',
  ])('hold no secret: %s', async (text) => {
    const { home, say } = await start();
    const { toolCalls, finalReply } = await say(['memory_write', { text }]);
    expect(toolCalls[0].status).toBe('failed');
    expect(finalReply).toContain('looks like a secret');
    expect(existsSync(join(home.workspace('main'), 'Memory.md'))).toBe(false);
  });
  it('may speak of secrets', async () => {
    const { say } = await start();
    expect((await say(['memory_write', { text: 'The user keeps passwords in a password manager; the pin is theirs.' }])).finalReply).toBe(
      'Noted.',
    );
  });
});

describe('ask_user', () => {
  it('ends the turn with the question as the reply', async () => {
    const { upstream, say } = await start();
    const asked = await say(['ask_user', { question: '哪个分支？' }]);
    expect(asked).toMatchObject({ status: 'completed', finalReply: '哪个分支？' });
    expect(upstream.requests.length).toBe(1);
    await say('main', { sessionId: asked.sessionId });
    expect(JSON.stringify(upstream.requests.at(-1)!.body.messages)).toContain('哪个分支？');
  });
});

describe('a key pasted into a message', () => {
  it('is neither stored nor sent to the provider', async () => {
    const { t, upstream, say } = await start();
    const { messageId, sessionId } = await say(`use ${key}`);
    expect(lastUserText(upstream.requests.at(-1)!.body)).toBe('use [secret removed]');
    const { json } = await t.call('GET', '/api/v1/sessions', { token: t.admin });
    expect(json.sessions[0].title).toBe('use [secret removed]');
    const { text } = await t.call('GET', `/api/v1/sessions/${json.sessions[0].id}/messages`, { token: t.admin });
    expect(text).toContain(messageId);
    expect(text).not.toContain('sk-proj');
    expect(sessionId).toMatch(/^ses_/);
    await t.call('POST', '/v1/chat/completions', {
      token: t.admin,
      json: {
        model: 'openclaw',
        messages: [
          { role: 'user', content: key },
          { role: 'assistant', content: 'ok' },
          { role: 'user', content: key },
        ],
      },
    });
    expect(JSON.stringify(upstream.requests.at(-1)!.body)).not.toContain('sk-proj');
  });
});
