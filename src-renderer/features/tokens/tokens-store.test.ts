import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../api/http-client.ts';
import { createPinPrompt, type PinPrompt } from '../../pin/pin-prompt.ts';
import { type FakeGateway, startFakeGateway } from '../../testing/fake-gateway.ts';
import { type FakeTokens, serveFakeTokens } from '../../testing/fake-tokens.ts';
import { until } from '../../testing/until.ts';
import { createTokensStore, type TokensStore } from './tokens-store.ts';

let gateway: FakeGateway;
let fake: FakeTokens;
let tokens: TokensStore;
let pin: PinPrompt;
let timers: { readonly ms: number; readonly work: () => void }[];
let ownEnded: boolean;
const now = () => 50_000;

beforeEach(async () => {
  gateway = await startFakeGateway();
  fake = serveFakeTokens(gateway, now);
  pin = createPinPrompt();
  timers = [];
  ownEnded = false;
  const httpWith = (token: string) =>
    createHttpClient({ baseUrl: gateway.url, fetch, token: async () => token, onSignedOut: () => undefined });
  tokens = createTokensStore({
    http: httpWith('console'),
    httpWith,
    pin,
    now,
    after: (ms, work) => void timers.push({ ms, work }),
    ownId: async () => 'own',
    ownEnded: () => {
      ownEnded = true;
      return false;
    },
  });
});
afterEach(() => gateway.stop());

const row = (id: string) => tokens.getState().tokens.find((token) => token.id === id);
const refusal = { status: 500, body: { error: { code: 'STORAGE_FAILED', message: 'full', retryable: true, traceId: 't' } } };
const listed = () => gateway.requests.filter(({ method, path }) => method === 'GET' && path === '/api/v1/tokens').length;

describe('tokens', () => {
  it('says why there is no list, and keeps the last one', async () => {
    fake.add({ id: 'a' });
    await tokens.load();
    gateway.answers.set('GET /api/v1/tokens', refusal);
    await tokens.load();
    expect(tokens.getState()).toMatchObject({ loading: false, error: { code: 'STORAGE_FAILED' }, tokens: [{ id: 'a' }] });
  });

  it('mints with the PIN that is asked for, and lists the new one', async () => {
    fake.pin = '1234';
    const made = tokens.create({ name: 'ci', kind: 'bearer', scopes: ['admin'], expiresIn: '30d' });
    await until(pin, ({ question }) => question !== null);
    pin.getState().question?.answer('1234');
    expect(await made).toMatchObject({ token: { name: 'ci' }, secret: 'secret-tok_0' });
    expect(row('tok_0')?.scopes).toEqual(['admin']);
  });

  it('makes nothing where the user does not give the PIN', async () => {
    fake.pin = '1234';
    const made = tokens.create({ name: 'ci', kind: 'bearer', scopes: ['admin'], expiresIn: '30d' });
    await until(pin, ({ question }) => question !== null);
    pin.getState().question?.cancel();
    expect(await made).toBeNull();
    expect(fake.token('tok_0')).toBeUndefined();
  });

  it('shows a family as ended before the gateway has answered, and lets it be undone for as long as that holds', async () => {
    fake.add({ id: 'parent' });
    fake.add({ id: 'child', parentId: 'parent' });
    await tokens.load();
    const ended = tokens.revoke('parent');
    expect([row('parent')?.revokedAt, row('child')?.revokedAt]).toEqual([now(), now()]);
    expect(await ended).toBe(10_000);
    expect([...tokens.getState().undoable]).toEqual([
      ['parent', { id: 'parent' }],
      ['child', { id: 'parent' }],
    ]);
    expect(timers.map(({ ms }) => ms)).toEqual([10_000]);
    timers[0]?.work();
    expect(tokens.getState().undoable.size).toBe(0);
  });

  it('brings one back, and the time of an older revocation does not end the undo of a newer', async () => {
    fake.add({ id: 'a' });
    await tokens.load();
    await tokens.revoke('a');
    await tokens.restore('a');
    expect(row('a')?.revokedAt).toBeNull();
    expect(tokens.getState().undoable.size).toBe(0);
    await tokens.revoke('a');
    timers[0]?.work();
    expect(tokens.getState().undoable.has('a')).toBe(true);
  });

  it('shows it alive again where the gateway did not end it, and says why', async () => {
    fake.add({ id: 'a' });
    await tokens.load();
    gateway.answers.set('DELETE /api/v1/tokens/a', refusal);
    await expect(tokens.revoke('a')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(row('a')?.revokedAt).toBeNull();
  });

  it('does not take a list from before a revocation for the news', async () => {
    fake.add({ id: 'a' });
    await tokens.load();
    const before = tokens.load();
    const ended = tokens.revoke('a');
    await before;
    expect(row('a')?.revokedAt).toBe(now());
    await ended;
  });

  it('asks for nothing more where it has ended its own token', async () => {
    fake.add({ id: 'own' });
    await tokens.load();
    const before = listed();
    await tokens.revoke('own');
    expect(ownEnded).toBe(true);
    expect(listed()).toBe(before);
  });

  it('ends all of them', async () => {
    fake.add({ id: 'a' });
    fake.add({ id: 'own' });
    expect(await tokens.rotate()).toBe(2);
    expect(ownEnded).toBe(true);
  });

  it('tests a token with that token', async () => {
    const answer = {
      status: 'completed',
      finalReply: 'hello',
      toolCalls: [],
      durationMs: 5,
      messageId: 'm',
      sessionId: 's',
      agentId: 'main',
      usage: { inputTokens: 1, outputTokens: 1, costUsd: 0 },
      traceId: 't',
    };
    gateway.answers.set('POST /api/v1/messages', { status: 200, body: answer });
    expect(await tokens.test('the-secret', 'hi')).toEqual({ answer, tookMs: 0 });
    expect(gateway.requests.at(-1)).toMatchObject({ authorization: 'Bearer the-secret', body: expect.stringContaining('"content":"hi"') });
  });
});
