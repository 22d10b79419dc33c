// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Approval } from '../../../src-shared/contract/events.ts';
import { type FakeGateway, startFakeGateway } from '../../testing/fake-gateway.ts';
import { type Rendered, renderConsole } from '../../testing/render.tsx';

let gateway: FakeGateway;
let app: Rendered;
let asked: Approval[];

const approval = (id: string, more: Partial<Approval> = {}): Approval => ({
  ...{ id, messageId: 'm', sessionId: 'handle', agentId: 'main', ownerId: 'local', toolCallId: 'c', tool: 'shell', arguments: {} },
  ...{
    title: `run ${id}`,
    cwd: null,
    touches: ['the network', 'the service at api.example', 'the moon'],
    sandbox: null,
    preview: null,
    risk: 'high',
  },
  ...{ needsPin: false, status: 'pending', requestedAt: 1, expiresAt: 2_000_000, decidedAt: null, decidedBy: null },
  ...more,
});
beforeEach(async () => {
  asked = [];
  gateway = await startFakeGateway();
  gateway.serve = ({ method, path, query }) => {
    if (method !== 'GET') return null;
    if (path === '/api/v1/approval-rules') return { status: 200, body: { rules: [] } };
    if (path !== '/api/v1/approvals') return null;
    const approvals = asked.filter(({ status }) => query.get('pending') !== 'true' || status === 'pending');
    return { status: 200, body: { approvals, nextCursor: null } };
  };
});
afterEach(async () => {
  await app.close();
  await gateway.stop();
});
const text = (): string => app.page.textContent ?? '';
const open = (): Promise<void> => app.change(() => app.console.navigation.go('approvals'));

it('counts what waits on every page and in the title, as it comes and goes', async () => {
  asked = [approval('first')];
  app = await renderConsole(gateway);
  await app.shown(() => expect(document.title).toBe('(1) OpenClaw'));
  await app.shown(() => expect(gateway.received).toContainEqual({ type: 'subscribe', topics: ['approvals'] }));
  await app.change(() => gateway.tell('approvals', { approval: approval('second') }));
  await app.shown(() => expect(document.querySelector('[aria-label="Approvals, 2 wait for you"]')).not.toBeNull());
  for (const id of ['first', 'second'])
    await app.change(() => gateway.tell('approvals', { approval: approval(id, { status: 'expired', decidedAt: 3 }) }));
  await app.shown(() => expect(document.title).toBe('OpenClaw'));
});

it('moves what is over into the history, with who has answered, and says in Chinese what is touched', async () => {
  asked = [
    approval('a'),
    approval('late', { status: 'expired', decidedAt: 2 }),
    approval('old', { status: 'denied', decidedAt: 2, decidedBy: 'local' }),
  ];
  app = await renderConsole(gateway, { language: 'zh-CN' });
  await open();
  await app.shown(() => expect(text()).toContain('已拒绝 答复者：本机'));
  expect(text()).toContain('网络；位于 api.example 的服务；the moon');
  expect(await app.violations()).toEqual([]);
  await app.change(() =>
    gateway.tell('approvals', { approval: approval('a', { status: 'granted', decidedAt: 3, decidedBy: 'tok_gone' }) }),
  );
  await app.shown(() => expect(text()).toContain('已允许 答复者：tok_gone'));
  expect(text()).toContain('没有等待您处理的请求。');
});

it('says what would stand here, and why nothing does', async () => {
  app = await renderConsole(gateway);
  await open();
  await app.shown(() => expect(text()).toContain('Nothing was asked yet'));
  const refused = { code: 'SCOPE_MISSING', message: 'no', retryable: false, traceId: 't' };
  gateway.answers.set('GET /api/v1/approvals', { status: 403, body: { error: refused } });
  await app.change(() => app.console.approvals.load());
  await app.shown(() => expect(text()).toContain('Its token lacks the scope approvals.'));
});
