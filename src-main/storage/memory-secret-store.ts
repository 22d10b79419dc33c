import type { SecretStore } from './secret-store.ts';

/** The twin for tests: forgets everything with the process. */
export const createMemorySecretStore = (): SecretStore => {
  const secrets = new Map<string, string>();
  return {
    backend: 'memory',
    warning: null,
    get: async (name) => secrets.get(name) ?? null,
    set: async (name, value) => {
      secrets.set(name, value);
    },
    delete: async (name) => secrets.delete(name),
  };
};
