import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeGateway, startFakeGateway } from '../testing/fake-gateway.ts';
import { ApiError } from './api-error.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';

let gateway: FakeGateway;
let signedOut: ApiError[] = [];
let http: HttpClient;

beforeEach(async () => {
  gateway = await startFakeGateway();
  signedOut = [];
  http = createHttpClient({ baseUrl: gateway.url, fetch, token: async () => 'secret', onSignedOut: (error) => signedOut.push(error) });
});
afterEach(() => gateway.stop());

const failure = async (promise: Promise<unknown>): Promise<ApiError> => {
  const thrown = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(thrown instanceof ApiError)) throw new TypeError(`expected an ApiError, got ${String(thrown)}`);
  return thrown;
};
const refusal = (code: string) => ({
  error: { code, message: 'why', hint: 'do this', retryable: true, retryAfterMs: 7, traceId: 'trace' },
});

describe('http client', () => {
  it('fills in the path and the query, and sends the token', async () => {
    gateway.addSession({ id: 'a:b' });
    const page = await http.call('getSessionMessages', { params: { id: 'a:b' }, query: { limit: 5 } });
    expect(page.session.id).toBe('a:b');
    expect(gateway.requests).toMatchObject([
      { method: 'GET', path: '/api/v1/sessions/a%3Ab/messages?limit=5', authorization: 'Bearer secret' },
    ]);
  });

  it('sends a body, and no token where none is wanted', async () => {
    gateway.answers.set('POST /api/v1/sign-in', { status: 201, body: { token: 'tok', expiresAt: 5 } });
    expect(await http.call('signIn', { body: { code: 'c' } })).toEqual({ token: 'tok', expiresAt: 5 });
    expect(gateway.requests).toMatchObject([{ authorization: undefined, body: '{"code":"c"}' }]);
  });

  it('works below a sub-path', async () => {
    gateway.answers.set('GET /below/api/v1/agents', { status: 200, body: { agents: [] } });
    const below = createHttpClient({ baseUrl: `${gateway.url}below/`, fetch, token: async () => null, onSignedOut: () => undefined });
    expect(await below.call('listAgents')).toEqual({ agents: [] });
  });

  it("turns the gateway's error into one with code, words and hint", async () => {
    gateway.answers.set('GET /api/v1/agents', { status: 502, body: refusal('MODEL_FAILED') });
    expect(await failure(http.call('listAgents'))).toMatchObject({
      code: 'MODEL_FAILED',
      message: 'why',
      hint: 'do this',
      retryable: true,
      retryAfterMs: 7,
      traceId: 'trace',
      status: 502,
    });
    expect(signedOut).toEqual([]);
  });

  it('says so when the credential is refused', async () => {
    gateway.answers.set('GET /api/v1/agents', { status: 401, body: refusal('TOKEN_EXPIRED') });
    await failure(http.call('listAgents'));
    expect(signedOut.map(({ code }) => code)).toEqual(['TOKEN_EXPIRED']);
  });

  it.each([
    ['no JSON', { status: 200, body: '<html>' }],
    ['another shape', { status: 200, body: { agents: [{ id: 1 }] } }],
    ['an error without our body', { status: 500, body: 'oops' }],
  ])('does not trust an answer with %s', async (_, answer) => {
    gateway.answers.set('GET /api/v1/agents', answer);
    expect((await failure(http.call('listAgents'))).code).toBe('BAD_ANSWER');
  });

  it('says that nobody answers', async () => {
    await gateway.stop();
    expect(await failure(http.call('listAgents'))).toMatchObject({ code: 'UNREACHABLE', retryable: true });
    gateway = await startFakeGateway();
  });

  it("rejects with the caller's reason when it gave up", async () => {
    const controller = new AbortController();
    controller.abort(new Error('never mind'));
    await expect(http.call('listAgents', {}, { signal: controller.signal })).rejects.toThrow('never mind');
  });
});
