import { createHmac, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ErrorBody,
  errorBodySchema,
  type Route,
  type RouteId,
  type RouteRequest,
  type Routes,
  routes,
} from '../../src-shared/contract/rest.ts';
import { type Scope, scopeSchema } from '../../src-shared/models/scope.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { configText, startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

/** Every row of the contract's table against every kind of credential. */

const clock = createManualClock();
let t: TestGateway;
let credentials: Readonly<Record<'bad' | 'expired' | 'revoked' | 'apiKey', string>>;
const rightScope = new Map<Scope | undefined, string>();
const wrongScope = new Map<Scope | undefined, string>();

beforeAll(async () => {
  t = await startTestGateway({ clock, shared: true });
  const expired = await t.mint({ expiresIn: '90s' });
  const revoked = await t.mint();
  await t.call('DELETE', `/api/v1/tokens/${revoked.id}`, { token: t.admin });
  clock.advance(90_000);
  const apiKey = await t.mint({ kind: 'api-key' });
  credentials = { bad: forged(expired.secret), expired: expired.secret, revoked: revoked.secret, apiKey: apiKey.secret };
  for (const { scope } of Object.values<Route>(routes)) {
    if (scope === undefined || rightScope.has(scope)) continue;
    const others = scopeSchema.options.filter((other) => other !== scope && other !== 'admin');
    rightScope.set(scope, (await t.mint({ scopes: [scope] })).secret);
    wrongScope.set(scope, (await t.mint({ scopes: others })).secret);
  }
});
afterAll(() => t.end());

/** Same claims, another key. */
const forged = (jwt: string): string => {
  const text = jwt.split('.').slice(0, 2).join('.');
  return `${text}.${createHmac('sha256', randomBytes(32)).update(text).digest('base64url')}`;
};

/** Something the schema of the row lets through, and that does no harm to the other rows. A new row with a body has to add its own. */
const requests: { readonly [Id in RouteId as Routes[Id] extends { body: unknown } ? Id : never]?: RouteRequest<Id> } = {
  postMessage: { body: { content: '/help' } },
  invokeAgent: { params: { agentId: 'main' }, body: { content: '/help' } },
  answerApproval: { params: { id: `apr_${'a'.repeat(22)}` }, body: { decision: 'deny' } },
  updateSession: { params: { id: 'none' }, body: { pinned: true } },
  createToken: { body: { name: 'x', scopes: ['tokens'] } },
  signIn: { body: { code: 'x' } },
  setPin: { body: { pin: '2468' } },
  stop: { body: { what: 'agent', id: 'nobody' } },
  start: { body: { what: 'agent', id: 'nobody' } },
  patchConfig: { body: {} },
  checkConfig: { body: { text: '{}' } },
  saveConfig: { body: { text: configText({}), was: configText({}) } },
  testModel: { body: { model: { provider: 'offline' } } },
  createChatCompletion: { body: { model: 'openclaw', messages: [{ role: 'user', content: '/help' }] } },
  setModelKey: { body: { name: 'x', key: 'sk-12345678' } },
};
const ask = async (id: RouteId, token?: string) => {
  const route: Route = routes[id];
  // Failures are counted by the minute; this is not what is tested here.
  clock.advance(60_001);
  const query = id === 'searchSessions' ? '?q=x' : '';
  const kind = route.path.includes('/approval') ? 'apr' : route.path.includes('/batches') ? 'bat' : 'msg';
  const path = route.path.replace('{agentId}', 'main').replace(/\{\w+\}/, `${kind}_${'a'.repeat(22)}`);
  return t.call(route.method, path + query, {
    token,
    headers: { 'X-OpenClaw-Pin': '2468', ...(route.lines ? { 'Content-Type': 'application/jsonl' } : {}) },
    ...(route.lines ? { body: '{"content":"/help"}' } : {}),
    ...(id in requests ? { json: (requests[id as keyof typeof requests] as { readonly body?: unknown }).body } : {}),
  });
};
const expectError = (answer: { status: number; json: unknown }, status: number, code: string): ErrorBody['error'] => {
  const { error } = errorBodySchema.parse(answer.json);
  expect({ status: answer.status, code: error.code }).toEqual({ status, code });
  return error;
};
/** 404 for what the made-up ids name, 501 for what has no handler yet: the door was passed. */
const passed = (status: number): boolean => status < 300 || status === 404 || status === 501;

for (const id of Object.keys(routes) as RouteId[]) {
  const route: Route = routes[id];
  describe(`${route.method} ${route.path}`, () => {
    if (route.auth === 'open') {
      it('takes no credential, and does not look at a bad one', async () => {
        for (const token of [undefined, credentials.bad]) {
          const { status, json } = await ask(id, token);
          if (id === 'signIn') expectError({ status, json }, 401, 'SIGN_IN_INVALID');
          else expect(status).toBe(200);
        }
      });
      return;
    }

    it(route.auth === 'optional' ? 'answers without a credential' : 'refuses without a credential', async () => {
      const answer = await ask(id);
      if (route.auth === 'optional') expect(answer.status).toBe(200);
      else {
        expect(expectError(answer, 401, 'TOKEN_MISSING').hint).toContain('openclaw token create');
        expect(answer.headers['www-authenticate']).toContain('Bearer');
      }
    });

    it('says of a bad, an expired and a revoked one which it is', async () => {
      expectError(await ask(id, credentials.bad), 401, 'TOKEN_INVALID');
      expectError(await ask(id, credentials.expired), 401, 'TOKEN_EXPIRED');
      expectError(await ask(id, credentials.revoked), 401, 'TOKEN_REVOKED');
      expectError(await ask(id, `ock_${'A'.repeat(43)}`), 401, 'TOKEN_INVALID');
    });

    if (route.scope !== undefined) {
      it(`wants the scope ${route.scope}, and all others together are not enough`, async () => {
        const error = expectError(await ask(id, wrongScope.get(route.scope)), 403, 'SCOPE_MISSING');
        expect(error.details).toEqual({ scope: route.scope });
        expect(error.message).toContain(`"${route.scope}"`);
      });
    }

    it(route.auth === 'key' ? 'takes an API key' : 'takes no API key', async () => {
      const answer = await ask(id, credentials.apiKey);
      if (route.auth === 'key') expect(passed(answer.status)).toBe(true);
      else expectError(answer, 403, 'SCOPE_MISSING');
    });

    // Rotating ends every token: it has a test of its own.
    if (id === 'rotateKey') return;
    it('takes a token with just its scope, and one with admin', async () => {
      for (const token of [rightScope.get(route.scope) ?? rightScope.get('messages'), t.admin]) {
        const answer = await ask(id, token);
        expect(passed(answer.status), `${answer.status} ${answer.text}`).toBe(true);
        if (answer.status < 300)
          expect(route.answers[answer.status]?.safeParse(route.media ? answer.text : answer.json).error).toBeUndefined();
      }
    });
  });
}

describe('credentials', () => {
  it('takes an API key in X-API-Key too, and a JWT there not', async () => {
    const key = await t.call('POST', '/api/v1/messages', { headers: { 'X-API-Key': credentials.apiKey }, json: { content: '/help' } });
    expect(key.status).toBe(200);
    const jwt = await t.call('POST', '/api/v1/messages', { headers: { 'X-API-Key': t.admin }, json: { content: '/help' } });
    expectError(jwt, 401, 'TOKEN_INVALID');
  });

  it('reads none from the query or a cookie', async () => {
    const query = await t.call('GET', `/api/v1/agents?token=${t.admin}&access_token=${t.admin}`);
    expectError(query, 401, 'TOKEN_MISSING');
    expectError(await t.call('GET', '/api/v1/agents', { headers: { Cookie: `token=${t.admin}` } }), 401, 'TOKEN_MISSING');
  });

  it('tells nobody without a token more than the table says', async () => {
    const bare = (await t.call('GET', '/api/v1/status')).json;
    expect(Object.keys(bare).sort()).toEqual(['agents', 'status', 'uptimeMs', 'version']);
    const full = (await ask('getStatus', t.admin)).json;
    expect(full).toMatchObject({ queue: { running: 0, waiting: 0 }, channels: expect.any(Array), models: expect.any(Array) });
  });

  it('ends every token with a new signing key, open ones and the one that asked', async () => {
    const own = await startTestGateway();
    const token = await own.token('messages');
    const socket = await own.ws({ token });
    expect((await own.call('POST', '/api/v1/tokens/rotate', { token: own.admin })).status).toBe(200);
    expect(await socket.closed).toEqual({ code: 1008, reason: 'TOKEN_REVOKED' });
    for (const dead of [token, own.admin]) {
      const answer = await own.call('POST', '/api/v1/messages', { token: dead, json: { content: 'x' } });
      expectError(answer, 401, 'TOKEN_INVALID');
    }
  });
});

describe('paths and methods that are no row', () => {
  it('404 and 405, each with the error body', async () => {
    expectError(await t.call('GET', '/api/v1/nothing', { token: t.admin }), 404, 'NOT_FOUND');
    expectError(await t.call('PUT', '/api/v1/messages', { token: t.admin, json: {} }), 405, 'METHOD_NOT_ALLOWED');
  });
});
