import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
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
import type { GuardedHttp } from '../net/guarded-http.ts';
import type { Answer, CallOptions } from '../testing/http-client.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { configText, startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

/**
 * Every row of the contract's table against every kind of credential. What is to be answered is read off the row; a
 * new row needs nothing here but a body, if it takes one.
 */

const clock = createManualClock();
const config = { channels: { tried: {} } };
let t: TestGateway;
/** A token with scope admin that lives longer than all this takes. */
let admin: string;
let apiKey: string;
/** By name. */
let credentials: Readonly<Record<string, Credential>> = {};
/** All scopes but that one, and admin. */
const wrongScope = new Map<Scope, string>();

type Credential = {
  readonly options: CallOptions;
  /** `passed`: the door let it through, whatever came then. */
  readonly verdict: (route: Route) => string;
};

const unlessOpen =
  (verdict: string) =>
  (route: Route): string =>
    route.auth === 'open' ? 'passed' : verdict;
const none: Credential = {
  options: {},
  verdict: (route) => (route.auth === 'open' || route.auth === 'optional' ? 'passed' : '401 TOKEN_MISSING'),
};
const takesKey: Credential['verdict'] = (route) => {
  if (route.auth === 'open') return 'passed';
  if (route.auth !== 'key') return '403 SCOPE_MISSING';
  return route.scope === undefined || route.scope === 'messages' ? 'passed' : `403 SCOPE_MISSING ${route.scope}`;
};
const takesScope =
  (scope: Scope): Credential['verdict'] =>
  (route) =>
    route.auth === 'open' || route.scope === undefined || scope === 'admin' || scope === route.scope
      ? 'passed'
      : `403 SCOPE_MISSING ${route.scope}`;

beforeAll(async () => {
  t = await startTestGateway({ clock, shared: true, config, ports: { openWeb: () => web } });
  const expired = await t.mint({ expiresIn: '90s' });
  const revoked = await t.mint();
  await t.call('DELETE', `/api/v1/tokens/${revoked.id}`, { token: t.admin });
  clock.advance(90_000);
  apiKey = (await t.mint({ kind: 'api-key' })).secret;
  admin = (await t.mint({ scopes: ['admin'] })).secret;
  const { sessionId } = (await t.post({ content: '/help' }, { token: admin })).json;
  const bearer = (token: string, verdict: Credential['verdict']): Credential => ({ options: { token }, verdict });
  credentials = {
    none,
    bad: bearer(forged(expired.secret), unlessOpen('401 TOKEN_INVALID')),
    'bad key': bearer(`ock_${'A'.repeat(43)}`, unlessOpen('401 TOKEN_INVALID')),
    'Session ID': bearer(sessionId, unlessOpen('401 TOKEN_INVALID')),
    expired: bearer(expired.secret, unlessOpen('401 TOKEN_EXPIRED')),
    revoked: bearer(revoked.secret, unlessOpen('401 TOKEN_REVOKED')),
    'API key': bearer(apiKey, takesKey),
    'API key in X-API-Key': { options: { headers: { 'X-API-Key': apiKey } }, verdict: takesKey },
    local: { options: { socketPath: join(t.home.folder, 'admin.sock') }, verdict: () => 'passed' },
  };
  for (const scope of scopeSchema.options) {
    credentials = { ...credentials, [scope]: bearer((await t.mint({ scopes: [scope] })).secret, takesScope(scope)) };
    const others = scopeSchema.options.filter((other) => other !== scope && other !== 'admin');
    wrongScope.set(scope, (await t.mint({ scopes: others })).secret);
  }
});
afterAll(() => t.end());

/** The whole web: one skill. */
const web: GuardedHttp = async ({ url }) => ({
  ...{ url: url.href, status: 200, headers: { 'content-type': 'application/json' }, cut: false, leadsTo: null },
  bytes: Buffer.from('{"slug": "tried", "prompt": "p"}'),
});

/** Same claims, another key. */
const forged = (jwt: string): string => {
  const text = jwt.split('.').slice(0, 2).join('.');
  return `${text}.${createHmac('sha256', randomBytes(32)).update(text).digest('base64url')}`;
};

/** Something the schema of the row lets through, and that does no harm to the other rows. A new row with a body has to add its own. */
const requests: {
  readonly [Id in RouteId as Routes[Id] extends { body: unknown } | { reads: { as: 'bytes' } } ? Id : never]?: RouteRequest<Id>;
} = {
  postMessage: { body: { content: '/help' } },
  invokeAgent: { params: { agentId: 'main' }, body: { content: '/help' } },
  answerApproval: { params: { id: `apr_${'a'.repeat(22)}` }, body: { decision: 'deny' } },
  installSkillFromLink: { body: { url: 'https://skills.example/tried.json' } },
  // JSON is one of the kinds of file that it takes.
  reviewSkill: { query: {}, body: { slug: 'tried' } as unknown as Uint8Array<ArrayBuffer> },
  installSkill: { query: {}, body: { slug: 'tried' } as unknown as Uint8Array<ArrayBuffer> },
  bindSkill: { params: { slug: 'none' }, body: { tool: 'x', sha256: '', binding: null } },
  updateSession: { params: { id: 'none' }, body: { pinned: true } },
  createTask: { body: { name: 'x', content: 'x', schedule: { kind: 'webhook', preset: 'github' } } },
  previewTask: { body: { schedule: { kind: 'cron', expr: '@daily', timezone: 'UTC' } } },
  patchTask: { params: { id: `tsk_${'a'.repeat(22)}` }, body: { name: 'x' } },
  patchChannel: { params: { id: 'tried' }, body: {} },
  testChannel: { params: { id: 'none' }, body: { to: 'x' } },
  confirmPlugin: { params: { id: `ins_${'a'.repeat(22)}` }, body: { sha256: '' } },
  pairPeer: { params: { id: 'none' }, body: { code: 'x' } },
  sendAgain: { params: { id: 'none' }, body: { messageId: `out_${'a'.repeat(22)}` } },
  setPeer: { params: { id: 'none' }, body: { peerId: 'x', status: 'blocked' } },
  restorePeer: { params: { id: 'none' }, body: { peerId: 'x' } },
  createToken: { body: { name: 'x', scopes: ['tokens'] } },
  signIn: { body: { code: 'x' } },
  setPin: { body: { pin: '2468' } },
  stop: { body: { what: 'agent', id: 'nobody' } },
  start: { body: { what: 'agent', id: 'nobody' } },
  patchConfig: { body: {} },
  checkConfig: { body: { text: '{}' } },
  saveConfig: { body: { text: configText({ config }), was: configText({ config }) } },
  testModel: { body: { model: { provider: 'offline' } } },
  createResponse: { body: { model: 'openclaw', input: '/help' } },
  createChatCompletion: { body: { model: 'openclaw', messages: [{ role: 'user', content: '/help' }] } },
  callMcpTool: { params: { server: 'none', tool: 'x' }, body: {} },
  setModelKey: { body: { name: 'x', key: 'sk-12345678' } },
};
const idKinds = {
  '/channels/install/': 'ins',
  '/outbox/': 'out',
  '/approval': 'apr',
  '/batches': 'bat',
  '/tasks': 'tsk',
  '/hooks': 'tsk',
  '/uploads': 'upl',
};
const ask = async (id: RouteId, { options }: Pick<Credential, 'options'>) => {
  const route: Route = routes[id];
  const query = { searchSessions: '?q=x', forgetPeer: '?peerId=x' }[id as string] ?? '';
  const kind = Object.entries(idKinds).find(([part]) => route.path.includes(part))?.[1] ?? 'msg';
  const path =
    route.path
      .replace('{agentId}', 'main')
      .replace('/channels/{id}', id === 'patchChannel' ? '/channels/tried' : '/channels/none')
      .replace('/plugins/{id}', '/plugins/none')
      .replace(/\{\w+\}/, `${kind}_${'a'.repeat(22)}`) + query;
  const request = {
    ...options,
    headers: {
      'X-OpenClaw-Pin': '2468',
      ...(route.reads?.as === 'lines' ? { 'Content-Type': 'application/jsonl' } : {}),
      ...options.headers,
    },
    ...(route.reads?.as === 'lines' || route.reads?.as === 'stream' ? { body: '{"content":"/help"}' } : {}),
    ...(id in requests ? { json: (requests[id as keyof typeof requests] as { readonly body?: unknown }).body } : {}),
  };
  return t.call(route.method, path, request);
};
/** What the door said: `401 TOKEN_INVALID`, `403 SCOPE_MISSING logs`, or that it let it pass. */
/** Clients of OpenAI's API find their own word for it in `code`. */
const inOurWords = (json: unknown): unknown => {
  const error = (json as { error?: { code?: unknown; gatewayCode?: unknown } } | null)?.error;
  return error?.gatewayCode === undefined ? json : { error: { ...error, code: error.gatewayCode } };
};
const verdictOf = ({ status, json }: Answer): string => {
  const error = errorBodySchema.safeParse(inOurWords(json)).data?.error;
  if (!error || !/^(TOKEN_(MISSING|INVALID|EXPIRED|REVOKED)|SCOPE_MISSING)$/.test(error.code)) return 'passed';
  return [status, error.code, ...Object.values(error.details ?? {})].join(' ');
};
const expectError = (answer: { status: number; json: unknown }, status: number, code: string): ErrorBody['error'] => {
  const { error } = errorBodySchema.parse(inOurWords(answer.json));
  expect({ status: answer.status, code: error.code }).toEqual({ status, code });
  return error;
};
/** 404 for what the made-up ids name: the door was passed. */
const passed = (status: number): boolean => status < 300 || status === 404;

for (const id of Object.keys(routes) as RouteId[]) {
  const route: Route = routes[id];
  describe(`${route.method} ${route.path}`, () => {
    it('says to each credential what the row says', async () => {
      // Failures are counted by the minute; this is not what is tested here.
      clock.advance(60_001);
      const said: Record<string, string> = {};
      const wanted: Record<string, string> = {};
      for (const [name, credential] of Object.entries(credentials)) {
        // A new signing key ends every token: it has a test of its own.
        if (id === 'rotateKey' && credential.verdict(route) === 'passed') continue;
        wanted[name] = credential.verdict(route);
        said[name] = verdictOf(await ask(id, credential));
      }
      expect(said).toEqual(wanted);
    });

    const { scope } = route;
    if (scope !== undefined) {
      it(`wants the scope ${scope}, says so, and all others together are not enough`, async () => {
        const error = expectError(await ask(id, { options: { token: wrongScope.get(scope) } }), 403, 'SCOPE_MISSING');
        expect(error.details).toEqual({ scope });
        expect(error.message).toContain(`"${scope}"`);
      });
    }

    if (route.auth === 'bearer' || route.auth === 'key') {
      it('says how to get a credential', async () => {
        const answer = await ask(id, none);
        expect(expectError(answer, 401, 'TOKEN_MISSING').hint).toContain('openclaw token create');
        expect(answer.headers['www-authenticate']).toContain('Bearer');
      });
    }

    // Their own credential is in the body, or a signature over it; or the body is an archive.
    if (id === 'rotateKey' || id === 'signIn' || id === 'receiveHook' || id === 'reviewPlugin') return;
    it('answers as its schema says', async () => {
      for (const credential of [credentials[scope ?? 'messages'], credentials.admin, credentials.local]) {
        const answer = await ask(id, credential ?? none);
        expect(passed(answer.status), `${answer.status} ${answer.text}`).toBe(true);
        if (answer.status < 300)
          expect(route.answers[answer.status]?.safeParse(route.media ? answer.text : answer.json).error).toBeUndefined();
      }
    });
  });
}

it('has a request for every row that takes a body', () => {
  const missing = (Object.keys(routes) as RouteId[]).filter((id) => {
    const { body, reads }: Route = routes[id];
    return body !== undefined && reads?.as !== 'lines' && !(id in requests);
  });
  expect(missing).toEqual([]);
});

describe('credentials', () => {
  it('takes an API key in X-API-Key too, and a JWT there not', async () => {
    const key = await t.call('POST', '/api/v1/messages', { headers: { 'X-API-Key': apiKey }, json: { content: '/help' } });
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
    const full = (await ask('getStatus', { options: { token: t.admin } })).json;
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
