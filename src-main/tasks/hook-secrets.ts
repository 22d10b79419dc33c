import type { HookPreset } from '../../src-shared/contract/rest.ts';
import type { RandomBytes } from '../gateway-ports.ts';
import type { SecretStore } from '../storage/secret-store.ts';

/** What webhooks are signed with: made here, kept in the secret store, shown once. */
export type HookSecrets = {
  /** In place of an earlier one. */
  readonly make: (taskId: string, preset: HookPreset) => Promise<string>;
  readonly get: (taskId: string) => Promise<string | null>;
  readonly forget: (taskId: string) => Promise<void>;
};

export const createHookSecrets = (secrets: SecretStore, randomBytes: RandomBytes): HookSecrets => ({
  make: async (taskId, preset) => {
    const bytes = randomBytes(32);
    const secret = preset === 'standard-webhooks' ? `whsec_${bytes.toString('base64')}` : bytes.toString('base64url');
    await secrets.set(secretName(taskId), secret);
    return secret;
  },
  get: (taskId) => secrets.get(secretName(taskId)),
  forget: async (taskId) => void (await secrets.delete(secretName(taskId))),
});

const secretName = (taskId: string): string => `hook:${taskId}`;
