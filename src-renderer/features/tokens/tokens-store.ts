import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Token, TurnAnswer } from '../../../src-shared/contract/rest.ts';
import type { Scope } from '../../../src-shared/models/scope.ts';
import { ApiError } from '../../api/api-error.ts';
import type { HttpClient } from '../../api/http-client.ts';
import type { PinPrompt } from '../../pin/pin-prompt.ts';
import { withDescendants } from './token-family.ts';

/** One revocation: of this token, and with it of those that it has minted. */
type Undo = { readonly id: string };

export type TokensState = {
  readonly tokens: readonly Token[];
  /** Nothing is known yet. */
  readonly loading: boolean;
  readonly error: ApiError | null;
  /** What ended here a moment ago and can still be brought back, by token id. */
  readonly undoable: ReadonlyMap<string, Undo>;
  /** The token that this console itself uses; null where that cannot be read from it. */
  readonly ownId: string | null;
};

export type NewToken = {
  readonly name: string;
  readonly kind: 'bearer' | 'api-key';
  readonly scopes: readonly Scope[];
  readonly expiresIn: string;
};

export type ShownToken = { readonly token: Token; readonly secret: string };
export type TokenTest = { readonly answer: TurnAnswer; readonly tookMs: number };

/** Every action rejects with an ApiError; null means that the user did not want to give the PIN. */
type TokensActions = {
  readonly load: () => Promise<void>;
  readonly create: (request: NewToken) => Promise<ShownToken | null>;
  readonly show: (id: string) => Promise<ShownToken | null>;
  /** Ends it and those it has minted, at once. @returns for how long it can be undone, in milliseconds */
  readonly revoke: (id: string) => Promise<number>;
  readonly restore: (id: string) => Promise<void>;
  /** Ends all of them. @returns how many */
  readonly rotate: () => Promise<number>;
  /** Sends a real message with that token. */
  readonly test: (secret: string, content: string) => Promise<TokenTest>;
};

export type TokensStore = StoreApi<TokensState> & TokensActions;

export type TokensPorts = {
  readonly http: HttpClient;
  /** A client that speaks with that credential instead of the console's. */
  readonly httpWith: (secret: string) => HttpClient;
  readonly pin: PinPrompt;
  readonly now: () => number;
  readonly after: (ms: number, work: () => void) => void;
  readonly ownId: () => Promise<string | null>;
  /** The console's own token was ended from here. @returns whether there is another */
  readonly ownEnded: () => boolean;
};

/** All tests of one token are one chat: a history of them serves nobody. */
const testSession = 'token-test';

export const createTokensStore = (ports: TokensPorts): TokensStore => {
  const { http, pin, now } = ports;
  const store = createStore<TokensState>(() => ({ tokens: [], loading: true, error: null, undoable: new Map(), ownId: null }));
  /** Counts what was asked and changed, so that a list from before a change does not undo it on the page. */
  let latest = 0;

  const load = async (): Promise<void> => {
    latest += 1;
    const mine = latest;
    try {
      const [{ tokens }, ownId] = await Promise.all([http.call('listTokens'), ports.ownId()]);
      if (mine === latest) store.setState({ tokens, ownId, loading: false, error: null });
    } catch (thrown) {
      if (mine === latest) store.setState({ loading: false, error: ApiError.from(thrown) });
    }
  };

  /** On the page before the gateway has answered: nobody shall wonder whether the click was seen. */
  const markEnded = (ids: ReadonlySet<string>): void => {
    latest += 1;
    const revokedAt = now();
    store.setState(({ tokens }) => ({
      tokens: tokens.map((token) => (ids.has(token.id) && token.revokedAt === null ? { ...token, revokedAt } : token)),
    }));
  };

  const canUndo = (ids: readonly string[], undo: Undo, ms: number): void => {
    store.setState(({ undoable }) => ({ undoable: new Map([...undoable, ...ids.map((id) => [id, undo] as const)]) }));
    ports.after(ms, () => cannotUndo((one) => one === undo));
  };

  const cannotUndo = (gone: (undo: Undo) => boolean): void =>
    store.setState(({ undoable }) => ({ undoable: new Map([...undoable].filter(([, undo]) => !gone(undo))) }));

  const actions: TokensActions = {
    load,
    create: async (request) => {
      const made = await pin.withPin((typed) =>
        http.call('createToken', { body: { ...request, scopes: [...request.scopes] } }, { pin: typed }),
      );
      if (made !== null) await load();
      return made;
    },
    show: (id) => pin.withPin((typed) => http.call('showToken', { params: { id } }, { pin: typed })),
    revoke: async (id) => {
      const { tokens, ownId } = store.getState();
      const family = withDescendants(tokens, id);
      const ended = tokens.filter((token) => family.has(token.id) && token.revokedAt === null).map((token) => token.id);
      markEnded(family);
      try {
        const { token, undoUntil } = await http.call('revokeToken', { params: { id } });
        if (ownId !== null && family.has(ownId) && !ports.ownEnded()) return 0;
        // Both by the gateway's clock, which may not be this one's.
        const undoMs = Math.max(0, undoUntil - (token.revokedAt ?? undoUntil));
        if (undoMs > 0) canUndo(ended, { id }, undoMs);
        await load();
        return undoMs;
      } catch (thrown) {
        await load();
        throw thrown;
      }
    },
    restore: async (id) => {
      try {
        await http.call('restoreToken', { params: { id } });
      } finally {
        cannotUndo((undo) => undo.id === id);
        await load();
      }
    },
    rotate: async () => {
      const { ended } = await http.call('rotateKey');
      if (ports.ownEnded()) await load();
      return ended;
    },
    test: async (secret, content) => {
      const begun = now();
      const answer = await ports.httpWith(secret).call('postMessage', { body: { content, sessionId: testSession, channel: 'api' } });
      return { answer, tookMs: now() - begun };
    },
  };
  return Object.assign(store, actions);
};
