import type { DesktopBridge } from '../../src-shared/contract/ipc.ts';

/** Where the console's token comes from: the shell in the desktop, the browser's storage elsewhere. */
export type Credentials = {
  /** `desktop`: signed in by the shell, nobody is asked for a token. */
  readonly kind: 'desktop' | 'browser';
  readonly token: () => Promise<string | null>;
  readonly keep: (token: string) => void;
  readonly forget: () => void;
};

/** The shell renews its token when it nears its end; the page asks again this long before. */
const renewBeforeMs = 60_000;

export const createDesktopCredentials = (bridge: DesktopBridge, now: () => number): Credentials => {
  let known: { readonly token: string; readonly expiresAt: number } | null = null;
  return {
    kind: 'desktop',
    token: async () => {
      if (known === null || known.expiresAt - now() < renewBeforeMs) known = await bridge.call('console:token', undefined);
      return known.token;
    },
    keep: () => undefined,
    forget: () => {
      known = null;
    },
  };
};

const storageKey = 'openclaw.token';

export const createBrowserCredentials = (storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): Credentials => ({
  kind: 'browser',
  token: async () => storage.getItem(storageKey),
  keep: (token) => storage.setItem(storageKey, token),
  forget: () => storage.removeItem(storageKey),
});
