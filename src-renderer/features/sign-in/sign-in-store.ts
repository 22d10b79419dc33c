import { createStore, type StoreApi } from 'zustand/vanilla';
import { ApiError } from '../../api/api-error.ts';
import type { Credentials } from '../../api/credentials.ts';
import type { HttpClient } from '../../api/http-client.ts';

export type SignInState = {
  readonly phase: 'checking' | 'signed-out' | 'signed-in';
  /** Why there is no way in; null before the first try. */
  readonly error: ApiError | null;
};

export type SignInStore = StoreApi<SignInState> & {
  /** With what the page was opened with: the code of a one-time link, or nothing. */
  readonly begin: (code: string | null) => Promise<void>;
  readonly signIn: (token: string) => Promise<void>;
  readonly signOut: () => void;
  readonly refused: (error: ApiError) => void;
};

type SignInPorts = { readonly credentials: Credentials; readonly http: () => HttpClient };

export const createSignInStore = ({ credentials, http }: SignInPorts): SignInStore => {
  const store = createStore<SignInState>(() => ({ phase: 'checking', error: null }));

  /** The cheapest call that every token good for the console can make. */
  const check = async (): Promise<void> => {
    try {
      await http().call('listSessions', { query: { limit: 1 } });
      store.setState({ phase: 'signed-in', error: null });
    } catch (thrown) {
      const error = ApiError.from(thrown);
      // No answer says nothing about the token: in, and the status line says what is wrong.
      if (error.code === 'UNREACHABLE' || (error.status ?? 0) >= 500) return store.setState({ phase: 'signed-in', error: null });
      credentials.forget();
      store.setState({ phase: 'signed-out', error });
    }
  };

  return Object.assign(store, {
    begin: async (code: string | null) => {
      try {
        if (code !== null) credentials.keep((await http().call('signIn', { body: { code } })).token);
        else if ((await credentials.token()) === null) return store.setState({ phase: 'signed-out', error: null });
        // The desktop's own token needs no check, and the first paint no wait.
        store.setState({ phase: 'signed-in', error: null });
      } catch (thrown) {
        store.setState({ phase: 'signed-out', error: ApiError.from(thrown) });
      }
    },
    signIn: async (token: string) => {
      credentials.keep(cleanToken(token));
      await check();
    },
    signOut: () => {
      credentials.forget();
      store.setState({ phase: 'signed-out', error: null });
    },
    refused: (error: ApiError) => {
      credentials.forget();
      // In the desktop the shell has another one; asking for it is the reconnect's work.
      if (credentials.kind === 'browser') store.setState({ phase: 'signed-out', error });
    },
  });
};

/** What people paste: `Bearer eyJ…`, quotes, a line break. */
const cleanToken = (text: string): string =>
  text
    .trim()
    .replace(/^["']|["']$/g, '')
    .replace(/^Bearer\s+/i, '')
    .trim();
