import type { Logger } from 'pino';
import type { Database, OpenReport } from './storage/database.ts';
import type { SecretStore } from './storage/secret-store.ts';

/** Everything the gateway takes from the machine. Tests hand in twins. */
export type GatewayPorts = {
  readonly openDatabase: () => Promise<{ readonly database: Database; readonly report: OpenReport }>;
  /** `remembered`: the backend the database names for the signing key, or null on a first start. */
  readonly openSecrets: (remembered: SecretStore['backend'] | null) => Promise<SecretStore>;
  readonly log: Logger;
  /** Milliseconds since 1970; may jump. */
  readonly now: () => number;
  /** Milliseconds from an arbitrary start; never goes back. */
  readonly monotonic: () => number;
  readonly randomBytes: (size: number) => Buffer;
  readonly env: Readonly<Record<string, string | undefined>>;
};

export type Gateway = {
  /** Resolves once both loopback addresses listen and `/readyz` answers 200. */
  readonly start: () => Promise<{ readonly port: number; readonly url: string }>;
  /** Lets nothing new in, ends or parks what runs, commits, closes. Under 2 s. Safe to call twice. */
  readonly stop: () => Promise<void>;
  /** A token for the console, valid 12 h, with scope `admin`. Never stored outside memory and the token table. */
  readonly mintConsoleToken: () => Promise<{ readonly token: string; readonly expiresAt: number }>;
  /** A one-time link that signs a browser in to the console. */
  readonly createSignInLink: () => { readonly url: string; readonly expiresAt: number };
};
