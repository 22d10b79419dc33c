import type { Token } from '../../src-shared/contract/rest.ts';
import { revokeUndoMs } from '../../src-shared/contract/routes/tokens.ts';
import type { FakeGateway } from './fake-gateway.ts';

export const fakeToken = (known: Partial<Token> & { readonly id: string }): Token => ({
  name: known.id,
  kind: 'bearer',
  scopes: ['messages'],
  createdAt: 1_000,
  expiresAt: 100 * 86_400_000,
  lastUsedAt: null,
  requests: 0,
  lastAddress: null,
  revokedAt: null,
  parentId: null,
  ...known,
});

/** The token routes of a fake gateway: lists, mints, shows, ends and brings back; asks for the PIN where one is set. */
export type FakeTokens = {
  readonly add: (token: Partial<Token> & { readonly id: string }) => void;
  readonly token: (id: string) => Token | undefined;
  pin: string | null;
};

type Answer = { readonly status: number; readonly body: unknown };

export const serveFakeTokens = (gateway: FakeGateway, now: () => number): FakeTokens => {
  const tokens = new Map<string, Token>();
  const state: FakeTokens = {
    add: (token) => void tokens.set(token.id, fakeToken(token)),
    token: (id) => tokens.get(id),
    pin: null,
  };

  const withPin = (pin: string | undefined, answer: () => Answer): Answer => {
    if (state.pin === null || pin === state.pin) return answer();
    return refusal(403, pin === undefined ? 'PIN_REQUIRED' : 'PIN_WRONG');
  };
  const change = (id: string, changes: Partial<Token>): Token => {
    const token = { ...fakeToken({ id }), ...tokens.get(id), ...changes };
    tokens.set(id, token);
    return token;
  };

  gateway.serve = ({ method, path, body, pin }) => {
    const [, id = '', action] = /^\/api\/v1\/tokens\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
    if (path === '/api/v1/tokens' && method === 'GET')
      return { status: 200, body: { tokens: [...tokens.values()].sort((a, b) => b.createdAt - a.createdAt) } };
    if (path === '/api/v1/tokens' && method === 'POST')
      return withPin(pin, () => {
        const asked = JSON.parse(body) as Pick<Token, 'name' | 'kind' | 'scopes'>;
        const { name, kind, scopes } = asked;
        const token = change(`tok_${tokens.size}`, { name, kind, scopes, createdAt: now() });
        return { status: 201, body: { token, secret: `secret-${token.id}` } };
      });
    if (path === '/api/v1/tokens/rotate') {
      const alive = [...tokens.values()].filter(({ revokedAt }) => revokedAt === null);
      for (const token of alive) change(token.id, { revokedAt: now() });
      return { status: 200, body: { ended: alive.length } };
    }
    if (!tokens.has(id)) return null;
    if (action === 'secret') return withPin(pin, () => ({ status: 200, body: { token: tokens.get(id), secret: `secret-${id}` } }));
    if (action === 'restore') return { status: 200, body: { token: change(id, { revokedAt: null }) } };
    if (method === 'DELETE') return { status: 200, body: { token: change(id, { revokedAt: now() }), undoUntil: now() + revokeUndoMs } };
    return null;
  };
  return state;
};

const refusal = (status: number, code: string): Answer => ({
  status,
  body: { error: { code, message: code, retryable: false, traceId: 'trace' } },
});
