import { createMemorySecretStore } from './memory-secret-store.ts';
import { describeSecretStore } from './secret-store.conformance.ts';

describeSecretStore('memory', async () => ({ store: createMemorySecretStore(), reopen: null }));
