import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Route, routes } from '../../src-shared/contract/rest.ts';
import { errorCodes } from '../../src-shared/error-codes.ts';
import { defaultScopes, riskyScopes, scopes } from '../../src-shared/models/scope.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

/**
 * The tables of the contract as its page has them (sections 2 to 4), written down a second time on purpose: every other
 * test reads what is wanted off the code's own tables, and would follow a slip in them.
 */
const restTable = `
messages        POST /api/v1/messages
messages        GET /api/v1/messages/{id}
messages        DELETE /api/v1/messages/{id}
messages        POST /api/v1/batches
messages        GET /api/v1/batches/{id}
messages        DELETE /api/v1/batches/{id}
messages        POST /api/v1/uploads
agents          GET /api/v1/agents
agents          POST /api/v1/agents/{agentId}/invoke
sessions        GET /api/v1/sessions
sessions        GET /api/v1/sessions/{id}/messages
sessions        GET /api/v1/search
sessions        GET /api/v1/sessions/{id}/export
sessions        PATCH /api/v1/sessions/{id}
sessions        DELETE /api/v1/sessions/{id}
channels:read   GET /api/v1/channels
channels:read   GET /api/v1/channels/{id}/outbox
channels:write  POST /api/v1/channels/{id}/outbox
channels:write  POST /api/v1/channels/install
channels:write  POST /api/v1/channels/install/{id}/confirm
channels:write  PATCH /api/v1/channels/{id}
channels:write  POST /api/v1/channels/{id}/start
channels:write  POST /api/v1/channels/{id}/stop
channels:write  POST /api/v1/channels/{id}/test
channels:write  POST /api/v1/channels/{id}/rollback
channels:write  DELETE /api/v1/channels/{id}
skills:read     GET /api/v1/skills
skills:write    POST /api/v1/skills/install
skills:write    POST /api/v1/skills/{slug}/bindings
skills:write    DELETE /api/v1/skills/{slug}
logs            GET /api/v1/logs
requests        GET /api/v1/requests
requests        GET /api/v1/requests/{id}
usage           GET /api/v1/usage
approvals       GET /api/v1/approvals
approvals       POST /api/v1/approvals/{id}
approvals       GET /api/v1/approval-rules
approvals       DELETE /api/v1/approval-rules/{id}
tasks           GET /api/v1/tasks
tasks           POST /api/v1/tasks
tasks           PATCH /api/v1/tasks/{id}
tasks           DELETE /api/v1/tasks/{id}
tokens          GET /api/v1/tokens
tokens          POST /api/v1/tokens
tokens          DELETE /api/v1/tokens/{id}
any             POST /api/v1/tickets
any             GET /metrics
admin           POST /api/v1/stop
admin           POST /api/v1/start
config          GET /api/v1/config
config          PATCH /api/v1/config
config          GET /api/v1/config/schema
messages        GET /v1/models
messages        POST /v1/chat/completions
messages        POST /v1/responses
optional        GET /api/v1/status
none            GET /api/v1/hooks/{id}
none            POST /api/v1/hooks/{id}
none            GET /healthz
none            GET /readyz
`;
const wanted: Readonly<Record<string, string>> = Object.fromEntries(
  restTable
    .trim()
    .split('\n')
    .map((line) => {
      const [scope = '', address = ''] = line.split(/ {2,}| (?=[A-Z])/);
      return [address, scope];
    }),
);
const rows: readonly Route[] = Object.values(routes);
const addressOf = ({ method, path }: Route): string => `${method} ${path}`;
const neededBy = ({ auth, scope }: Route): string => (auth === 'open' ? 'none' : auth === 'optional' ? 'optional' : (scope ?? 'any'));

describe('the routes', () => {
  it('of the contract are there, each for the scope that it names', () => {
    const there = rows.filter((row) => addressOf(row) in wanted).map((row) => [addressOf(row), neededBy(row)]);
    expect(Object.fromEntries(there)).toEqual(wanted);
  });

  it('that need no credential are those of the contract, and the sign-in that brings its own', () => {
    const open = (all: readonly (readonly [string, string])[]): string[] =>
      all.flatMap(([address, needs]) => (needs === 'none' ? [address] : [])).sort();
    expect(open(rows.map((row) => [addressOf(row), neededBy(row)]))).toEqual(
      [...open(Object.entries(wanted)), 'POST /api/v1/sign-in'].sort(),
    );
  });

  it('that an API key opens are for messages and lie under messages, batches, uploads and /v1', () => {
    const byKey = rows.filter(({ auth }) => auth === 'key');
    for (const row of byKey) {
      expect(row.scope).toBe('messages');
      expect(row.path).toMatch(/^\/(api\/v1\/(messages|batches|uploads)(\/|$)|v1\/)/);
    }
    expect(byKey.map(addressOf)).toEqual(expect.arrayContaining(['POST /api/v1/messages', 'POST /v1/chat/completions', 'GET /v1/models']));
  });

  it('answer a turn with the status that its end has', () => {
    for (const id of ['postMessage', 'invokeAgent'] as const)
      expect(Object.keys(routes[id].answers).map(Number).sort()).toEqual([200, 202, 429, 502, 504]);
  });
});

describe('the scopes', () => {
  it('are those of the contract, with its default, and those that want the PIN', () => {
    const names =
      'messages agents channels:read channels:write skills:read skills:write sessions logs requests usage approvals tasks tokens config admin';
    expect(Object.keys(scopes)).toEqual(names.split(' '));
    expect(defaultScopes.join(' ')).toBe('messages agents channels:read skills:read sessions');
    expect([...riskyScopes].sort()).toEqual(['admin', 'approvals', 'config', 'tokens']);
  });
});

describe('the frames of a WebSocket', () => {
  const approvalId = `apr_${'a'.repeat(22)}`;
  const subscribe = (topic: string) => ({ type: 'subscribe', topics: [topic] });
  it.each([
    ['messages', { type: 'message', content: '/help' }],
    ['messages', { type: 'cancel', sessionId: 'none' }],
    ['messages', { type: 'resume', sessionId: 'none', afterSeq: 0 }],
    ['approvals', { type: 'approve', approvalId }],
    ['approvals', { type: 'deny', approvalId }],
    ['logs', subscribe('logs')],
    ['channels:read', subscribe('channels')],
    ['approvals', subscribe('approvals')],
    ['sessions', subscribe('sessions')],
    ['requests', subscribe('requests')],
  ] as const)('want %s for %j', async (scope, frame) => {
    const others = (Object.keys(scopes) as (keyof typeof scopes)[]).filter((other) => other !== scope && other !== 'admin');
    /** What is refused, before the pong. */
    const refusedTo = async (token: string): Promise<unknown[]> => {
      const socket = await t.ws({ token });
      socket.send(frame);
      socket.send({ type: 'ping' });
      await socket.waitFor(({ type }) => type === 'pong');
      if (frame.type === 'approve' || frame.type === 'deny') await socket.waitFor(({ type }) => type === 'error');
      await socket.close();
      return socket.frames.flatMap((said) => (said.type === 'error' && said.code === 'SCOPE_MISSING' ? [said.details] : []));
    };
    expect(await refusedTo((await t.mint({ scopes: others })).secret)).toEqual([{ scope }]);
    expect(await refusedTo((await t.mint({ scopes: [scope] })).secret)).toEqual([]);
  });
});

describe('the errors', () => {
  it.each([
    ['BAD_JSON', 400, 'frame'],
    ['BAD_REQUEST', 400, 'frame'],
    ['TOKEN_MISSING', 401, 'frame'],
    ['TOKEN_INVALID', 401, 1008],
    ['TOKEN_EXPIRED', 401, 1008],
    ['TOKEN_REVOKED', 401, 1008],
    ['SCOPE_MISSING', 403, 'frame'],
    ['ORIGIN_REFUSED', 403, 'frame'],
    ['HOST_REFUSED', 403, 'frame'],
    ['IDEMPOTENCY_CONFLICT', 409, 'frame'],
    ['RATE_LIMITED', 429, 'frame'],
    ['MODEL_FAILED', 502, 'frame'],
    ['TURN_TIMEOUT', 504, 'frame'],
    ['FRAME_INVALID', 400, 'frame'],
    ['FRAME_REPEATED', 400, 1008],
    ['SLOW_READER', 503, 1013],
  ] as const)('%s is %d, and on a WebSocket %s', (code, status, ws) => expect(errorCodes[code]).toMatchObject({ status, ws }));
});

let t: TestGateway;
beforeAll(async () => {
  t = await startTestGateway({ shared: true });
});
afterAll(() => t.end());

describe('/docs', () => {
  it('shows anyone every route, scope and error there is, and runs nothing', async () => {
    const { status, text, headers } = await t.call('GET', '/docs');
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'text/html; charset=utf-8' });
    expect(headers['content-security-policy']).toMatch(/script-src 'none'|default-src 'none'/);
    expect(text).not.toMatch(/<script|\son\w+=/i);
    const escaped = (words: string): string =>
      words.replace(/[&<>"]/g, (char) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[char]};`);
    const cells = text.split('<tr>').map((row) =>
      row
        .replace(/<details>.*?<\/details>/gs, '')
        .replace(/<[^>]+>/g, '|')
        .replace(/\|+/g, '|'),
    );
    const shown = (...parts: readonly string[]): boolean => cells.some((row) => row.startsWith(`|${parts.map(escaped).join('|')}`));
    const missing = [
      ...rows.filter((row) => !shown(addressOf(row), { none: '–', any: 'any token' }[neededBy(row)] ?? neededBy(row))).map(addressOf),
      ...Object.entries(scopes).flatMap(([scope, says]) => (shown(scope, says) ? [] : [scope])),
      ...Object.entries(errorCodes).flatMap(([code, { status, ws, retryable, says }]) =>
        shown(code, String(status), ws === 'frame' ? 'error frame' : `close ${ws}`, retryable ? 'yes' : 'no', says) ? [] : [code],
      ),
    ];
    expect(missing).toEqual([]);
    // The words of the contract for what a turn answers.
    expect(cells.find((row) => row.startsWith('|POST /api/v1/messages|'))).toContain('200 202 429 502 504');
  });
});
