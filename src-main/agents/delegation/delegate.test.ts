import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Approval } from '../../../src-shared/contract/events.ts';
import type { ServerFrame } from '../../../src-shared/contract/ws.ts';
import { startTestGateway, type TestGateway } from '../../testing/test-gateway.ts';
import { type ChatRequest, gated, lastUserText, type Reply, scriptModel } from '../../testing/upstream.ts';

type Calls = Extract<Reply, { kind: 'tools' }>['calls'];
const delegate = (agent: string, task = `to ${agent}`): Calls => [{ id: 'd', name: 'delegate', arguments: { agent, task } }];
const agentOf = (request: ChatRequest): string => /I am (\S+)\./.exec(JSON.stringify(request.messages[0]))?.[1] ?? '?';

/** Agents a, b, c, d, each of which does once what the script has for it, then says what it was told. */
const start = async (script: Readonly<Record<string, Calls | Reply>>, config: object = {}): Promise<TestGateway> => {
  const upstream = await scriptModel((request) => {
    const told = request.messages.at(-1);
    if (told?.role === 'tool') return { kind: 'text', chunks: [String(told.content)] };
    const what = script[agentOf(request)];
    if (what === undefined) return { kind: 'text', chunks: [`${agentOf(request)} did: ${lastUserText(request)}`] };
    return Array.isArray(what) ? { kind: 'tools', calls: what as Calls } : (what as Reply);
  });
  const agents = Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [id, { system: `I am ${id}.` }]));
  return startTestGateway({ upstream, config: { ...config, agents: { ...agents, ...(config as { agents?: object }).agents } } });
};
const ask = async (t: TestGateway) => (await t.post({ agentId: 'a', content: 'go' })).json;

describe('delegate', () => {
  it('gives a task to another agent, in a session of its own that can be looked at', async () => {
    const t = await start({ a: delegate('b', 'count the files') }, { gateway: { limits: { sessionsRunning: 1 } } });
    const answer = await ask(t);
    expect(answer).toMatchObject({ status: 'completed', finalReply: 'b did: count the files' });
    const { sessions } = (await t.call('GET', '/api/v1/sessions?channel=delegate', { token: t.admin })).json;
    expect(sessions).toMatchObject([{ agentId: 'b', title: 'count the files', channel: 'delegate' }]);
    const { items } = (await t.call('GET', `/api/v1/sessions/${sessions[0].id}/messages`, { token: t.admin })).json;
    expect(items[0].event.metadata).toEqual({ delegatedBy: { agentId: 'a', messageId: answer.messageId, toolCallId: 'd' } });
  });

  it('goes no deeper than three agents, in no circle, and to none that there is not', async () => {
    const t = await start({ a: delegate('b'), b: delegate('c'), c: delegate('d') });
    expect((await ask(t)).finalReply).toBe('a → b → c → d is too long: at most 3 agents. Do it yourself.');
    const round = await start({ a: delegate('b'), b: delegate('a') });
    expect((await ask(round)).finalReply).toBe('a → b → a would go round in a circle.');
    const itself = await start({ a: delegate('a') });
    expect((await ask(itself)).finalReply).toBe('a → a would go round in a circle.');
    const nobody = await start({ a: delegate('x') });
    expect((await ask(nobody)).finalReply).toBe('There is no agent "x". Agents: main, dev-coder, b, c, d.');
  });

  it('never has more tools than who calls it', async () => {
    const shell: Calls = [{ id: 's', name: 'shell', arguments: { command: 'id' } }];
    const t = await start({ a: delegate('b'), b: shell }, { agents: { a: { system: 'I am a.', tools: ['delegate', 'file_read'] } } });
    expect((await ask(t)).finalReply).toBe('There is no tool "shell". Tools: file_read, delegate.');
    const own = await start({ a: delegate('b'), b: shell }, { agents: { b: { system: 'I am b.', tools: ['list_dir'] } } });
    expect((await ask(own)).finalReply).toBe('There is no tool "shell". Tools: list_dir.');
  });

  it('asks in the turn of who calls it too, and goes on once it is answered', async () => {
    const t = await start({ a: delegate('b'), b: [{ id: 'w', name: 'file_write', arguments: { path: 'x', content: '1' } }] });
    const first = await ask(t);
    const approval: Approval = first.approvals[0];
    expect(first).toMatchObject({ status: 'approval_required' });
    expect(approval).toMatchObject({ agentId: 'b', tool: 'file_write', title: 'create x (1 bytes)' });
    expect(existsSync(join(t.home.workspace('b'), 'x'))).toBe(false);
    await t.call('POST', `/api/v1/approvals/${approval.id}`, { token: t.admin, json: { decision: 'approve' } });
    const look = async () => (await t.call('GET', `/api/v1/messages/${first.messageId}`, { token: t.admin })).json;
    await expect.poll(async () => (await look()).status).toBe('completed');
    expect((await look()).finalReply).toBe('Wrote 1 bytes to x.');
    expect(existsSync(join(t.home.workspace('b'), 'x'))).toBe(true);
  });

  it('ends with who calls it', async () => {
    const endless = gated(['one', 'two']);
    const t = await start({ a: delegate('b'), b: endless.reply });
    endless.release(1);
    const ws = await t.ws();
    ws.send({ type: 'message', agentId: 'a', content: 'go', stream: true });
    const { messageId } = await ws.waitFor<Extract<ServerFrame, { type: 'tool_call' }>>(
      (frame) => frame.type === 'tool_call' && frame.tool.output?.text === 'one',
    );
    ws.send({ type: 'cancel', messageId });
    await ws.waitFor((frame) => frame.type === 'status' && frame.state === 'cancelled');
    const child = async () => (await t.call('GET', '/api/v1/requests', { token: t.admin })).json.requests;
    await expect
      .poll(async () => (await child()).map(({ agentId, status }: { agentId: string; status: string }) => [agentId, status]).sort())
      .toEqual([
        ['a', 'cancelled'],
        ['b', 'cancelled'],
      ]);
  });
});
