import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Approval } from '../../src-shared/contract/events.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { createTestHome, startTestGateway, type TestGateway, type TestGatewayOptions } from '../testing/test-gateway.ts';
import { type ChatRequest, type Reply, scriptModel } from '../testing/upstream.ts';

const write = (content = 'hello') => ({ id: 'call_1', name: 'file_write', arguments: { path: 'src/app.ts', content } });

/** Calls `file_write`, then says what it was told. */
const writer = (calls = [write()]) =>
  scriptModel((request: ChatRequest): Reply => {
    const told = request.messages.filter(({ role }) => role === 'tool').map(({ content }) => String(content));
    // Every turn anew: what was told in earlier ones is behind the last question.
    const last = request.messages.findLastIndex(({ role }) => role === 'user');
    const answered = request.messages.slice(last).some(({ role }) => role === 'tool');
    return answered ? { kind: 'text', chunks: [told.at(-1) ?? ''] } : { kind: 'tools', calls };
  });
const start = async (options: TestGatewayOptions = {}): Promise<TestGateway> => startTestGateway({ upstream: await writer(), ...options });
const file = (t: TestGateway): string => join(t.home.workspace('main'), 'src', 'app.ts');
const answer = (t: TestGateway, id: string, body: Readonly<Record<string, unknown>>, token = t.admin) =>
  t.call('POST', `/api/v1/approvals/${id}`, { token, json: body });
const settled = async (t: TestGateway, messageId: string) => {
  for (;;) {
    const { json } = await t.call('GET', `/api/v1/messages/${messageId}`, { token: t.admin });
    if (json.status !== 'accepted' && json.status !== 'approval_required') return json;
    await new Promise(setImmediate);
  }
};
const asked = async (
  t: TestGateway,
  body: Readonly<Record<string, unknown>> = {},
): Promise<{ messageId: string; sessionId: string; approval: Approval }> => {
  const { status, json } = await t.post({ content: 'write it', ...body });
  expect({ status, state: json.status }).toEqual({ status: 202, state: 'approval_required' });
  return { messageId: json.messageId, sessionId: json.sessionId, approval: json.approvals[0] };
};

describe('a tool that writes', () => {
  it('does nothing before somebody has allowed it, and says exactly what it would do', async () => {
    const t = await start();
    const { messageId, approval } = await asked(t);
    expect(existsSync(file(t))).toBe(false);
    expect(approval).toMatchObject({
      messageId,
      tool: 'file_write',
      arguments: { path: 'src/app.ts', content: 'hello' },
      title: 'create src/app.ts (5 bytes)',
      preview: 'hello',
      needsPin: false,
      status: 'pending',
    });
    expect((await answer(t, approval.id, { decision: 'approve' })).json.approval.status).toBe('granted');
    expect(await settled(t, messageId)).toMatchObject({ status: 'completed', finalReply: 'Wrote 5 bytes to src/app.ts.' });
    expect(readFileSync(file(t), 'utf8')).toBe('hello');
    const { approvals } = (await t.call('GET', '/api/v1/approvals', { token: t.admin })).json;
    expect(approvals).toMatchObject([{ id: approval.id, status: 'granted' }]);
  });

  it('does nothing when somebody denies it, and the model is told', async () => {
    const t = await start();
    const { messageId, approval } = await asked(t);
    await answer(t, approval.id, { decision: 'deny' });
    const end = await settled(t, messageId);
    expect(end.toolCalls).toMatchObject([{ status: 'denied' }]);
    expect(end.finalReply).toContain('did not allow this');
    expect(existsSync(file(t))).toBe(false);
  });

  it('is answered once, and never by whoever may not', async () => {
    const t = await start();
    const { messageId, approval } = await asked(t);
    const stranger = await t.token('approvals', 'messages');
    expect((await answer(t, approval.id, { decision: 'approve' }, stranger)).json.error.code).toBe('APPROVAL_UNKNOWN');
    expect((await answer(t, approval.id, { decision: 'approve' }, await t.token('messages'))).json.error.code).toBe('SCOPE_MISSING');
    const [one, two] = await Promise.all([answer(t, approval.id, { decision: 'deny' }), answer(t, approval.id, { decision: 'approve' })]);
    expect([one.status, two.status].sort()).toEqual([200, 409]);
    await settled(t, messageId);
    expect((await answer(t, approval.id, { decision: 'approve' })).json.error.code).toBe('APPROVAL_OVER');
  });

  it('is not done where what it would do has changed since', async () => {
    const t = await start();
    const { messageId, approval } = await asked(t);
    writeFileSync(join(t.home.workspace('main'), 'other'), '');
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(t.home.workspace('main'), 'src'));
    writeFileSync(file(t), 'by somebody else');
    await answer(t, approval.id, { decision: 'approve' });
    expect((await settled(t, messageId)).finalReply).toContain('has changed since it was approved');
    expect(readFileSync(file(t), 'utf8')).toBe('by somebody else');
  });

  it("is over when nobody answers in time; the time it waited is not the turn's", async () => {
    const clock = createManualClock();
    const t = await start({ clock });
    const { messageId, approval } = await asked(t, { timeoutMs: 60_000 });
    clock.advance(299_999);
    expect((await t.call('GET', '/api/v1/approvals?pending=true', { token: t.admin })).json.approvals).toHaveLength(1);
    clock.advance(1);
    const end = await settled(t, messageId);
    expect(end).toMatchObject({ status: 'completed', toolCalls: [{ status: 'denied' }] });
    expect(end.finalReply).toContain('Nobody answered in time');
    expect((await answer(t, approval.id, { decision: 'approve' })).json.error.code).toBe('APPROVAL_OVER');
  });

  it('is over with its turn', async () => {
    const t = await start();
    const { messageId, approval } = await asked(t);
    await t.call('DELETE', `/api/v1/messages/${messageId}`, { token: t.admin });
    expect((await answer(t, approval.id, { decision: 'approve' })).json.error.code).toBe('APPROVAL_OVER');
    expect(existsSync(file(t))).toBe(false);
  });

  it('asks again after a restart: what was pending is never granted by it', async () => {
    const home = createTestHome();
    const upstream = await writer();
    const t = await start({ home, upstream });
    const { messageId, approval } = await asked(t);
    await t.stop();
    const again = await start({ home, upstream });
    for (;;) {
      const { approvals } = (await again.call('GET', '/api/v1/approvals', { token: again.admin })).json;
      const [first, second] = approvals as Approval[];
      if (second === undefined || first?.status !== 'pending') {
        await new Promise(setImmediate);
        continue;
      }
      expect(second).toMatchObject({ id: approval.id });
      expect(['expired', 'cancelled']).toContain(second.status);
      expect((await answer(again, approval.id, { decision: 'approve' })).json.error.code).toBe('APPROVAL_OVER');
      await answer(again, first.id, { decision: 'approve' });
      break;
    }
    expect(await settled(again, messageId)).toMatchObject({ status: 'completed' });
    expect(readFileSync(file(again), 'utf8')).toBe('hello');
  });
});

describe('what is remembered', () => {
  it('for a session holds for the same file there, and nowhere else', async () => {
    const t = await start();
    const { messageId, sessionId, approval } = await asked(t, { sessionId: 'one' });
    await answer(t, approval.id, { decision: 'approve', remember: 'session' });
    await settled(t, messageId);
    expect((await t.post({ content: 'again', sessionId })).json.status).toBe('completed');
    expect((await t.post({ content: 'again', sessionId: 'two' })).json.status).toBe('approval_required');
  });

  it('always is a rule that is listed, counted and can be taken back', async () => {
    const t = await start();
    const { messageId, approval } = await asked(t);
    await answer(t, approval.id, { decision: 'approve', remember: 'always' });
    await settled(t, messageId);
    expect((await t.post({ content: 'again' })).json.status).toBe('completed');
    const { rules } = (await t.call('GET', '/api/v1/approval-rules', { token: t.admin })).json;
    expect(rules).toMatchObject([{ agentId: 'main', tool: 'file_write', title: 'create src/app.ts (5 bytes)', uses: 1 }]);
    expect((await t.post({ content: 'by another agent', agentId: 'dev-coder' })).json.status).toBe('approval_required');
    await t.call('DELETE', `/api/v1/approval-rules/${rules[0].id}`, { token: t.admin });
    expect((await t.post({ content: 'again' })).json.status).toBe('approval_required');
  });
});

describe('the PIN', () => {
  const pinned = { security: { requirePinFor: ['file_write'] } };

  it('is needed for what requirePinFor names, and such an answer is never remembered', async () => {
    const t = await start({ config: pinned });
    await t.call('POST', '/api/v1/pin', { token: t.admin, json: { pin: '2468' } });
    const { messageId, approval } = await asked(t);
    expect(approval.needsPin).toBe(true);
    expect((await answer(t, approval.id, { decision: 'approve' })).json.error.code).toBe('PIN_REQUIRED');
    expect((await answer(t, approval.id, { decision: 'approve', pin: '0000' })).json.error.code).toBe('PIN_WRONG');
    expect((await answer(t, approval.id, { decision: 'approve', pin: '2468', remember: 'always' })).json.error.code).toBe('BAD_REQUEST');
    expect((await answer(t, approval.id, { decision: 'approve', pin: '2468' })).status).toBe(200);
    expect((await settled(t, messageId)).status).toBe('completed');
  });

  it('not being set denies it', async () => {
    const t = await start({ config: pinned });
    const { json } = await t.post({ content: 'write it' });
    expect(json).toMatchObject({ status: 'completed', toolCalls: [{ status: 'denied' }] });
    expect(json.finalReply).toContain('needs the PIN, and none is set');
  });
});

describe('over WebSocket', () => {
  it('the turn says that it waits and how to answer, and goes on with `approve`', async () => {
    const t = await start();
    const ws = await t.ws();
    ws.send({ type: 'subscribe', topics: ['approvals'] });
    ws.send({ type: 'message', content: 'write it' });
    const waiting = await ws.waitFor((frame) => frame.type === 'status' && frame.state === 'awaiting_approval');
    const call = await ws.waitFor((frame) => frame.type === 'tool_call' && frame.tool.status === 'awaiting_approval');
    expect(waiting).toMatchObject({ content: 'waiting for approval…', approval: { tool: 'file_write' } });
    expect(call).toMatchObject({ seq: expect.any(Number), approval: { id: expect.stringMatching(/^apr_/) } });
    await ws.waitFor((frame) => frame.type === 'event' && frame.topic === 'approvals');
    ws.send({ type: 'approve', approvalId: (call as { approval: Approval }).approval.id });
    const over = await ws.waitFor((frame) => frame.type === 'event' && JSON.stringify(frame.data).includes('granted'));
    expect(over).toMatchObject({ data: { approval: { status: 'granted', decidedBy: expect.stringMatching(/./) } } });
    await ws.waitFor((frame) => frame.type === 'response');
    expect(readFileSync(file(t), 'utf8')).toBe('hello');
  });

  it('a token that may not approve cannot, and what it says in a message never does', async () => {
    const t = await start();
    const ws = await t.ws({ token: await t.token('messages') });
    ws.send({ type: 'message', content: 'write it', sessionId: 's' });
    const call = (await ws.waitFor((frame) => frame.type === 'tool_call')) as { approval: Approval };
    ws.send({ type: 'approve', approvalId: call.approval.id });
    expect(await ws.waitFor((frame) => frame.type === 'error')).toMatchObject({ code: 'SCOPE_MISSING' });
    ws.send({ type: 'message', content: `approve ${call.approval.id}`, sessionId: 's' });
    expect((await t.call('GET', '/api/v1/approvals?pending=true', { token: t.admin })).json.approvals).toHaveLength(1);
    expect(existsSync(file(t))).toBe(false);
  });
});
