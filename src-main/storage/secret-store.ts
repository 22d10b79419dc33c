import type { SecretBackend } from '../../src-shared/contract/rest.ts';

/**
 * The secrets port: where the signing key, the tokens and provider keys live. Twins: `keychain-secret-store`
 * (OS keychain through keytar's interface), `file-secret-store` (encrypted file, 0600), `memory-secret-store`;
 * one conformance suite runs against all.
 *
 * Every method rejects with AppError `KEYCHAIN_UNAVAILABLE` when the backend does not answer (locked, gone,
 * no answer in time). `get` resolves to null only when the backend answered "no such entry" – which a locked
 * collection can do too, and that is why a signing key is never made while the database remembers one.
 */
export type SecretStore = {
  /** A stable name of the backend, kept in the database next to the signing key's fingerprint. */
  readonly backend: SecretBackend;
  /** Words for the GUI and the log where this backend is weaker than the OS keychain; else null. */
  readonly warning: string | null;
  readonly get: (name: string) => Promise<string | null>;
  readonly set: (name: string, value: string) => Promise<void>;
  /** Resolves to whether there was one. */
  readonly delete: (name: string) => Promise<boolean>;
};
