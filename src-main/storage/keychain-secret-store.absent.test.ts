import { expect, it } from 'vitest';
import { createKeychainSecretStore, isKeychainShut } from './keychain-secret-store.ts';

// A file of its own: the native module settles on a store once in a process.
it.runIf(process.platform === 'linux')('without a session bus, the kernel keyring is not taken for a keychain', async () => {
  for (const name of ['DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR']) delete process.env[name];
  const store = createKeychainSecretStore({ service: 'openclaw-absent' });
  for (const call of [() => store.set('signing-key', 'value'), () => store.get('signing-key'), () => store.delete('signing-key')]) {
    const error = await call().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'KEYCHAIN_UNAVAILABLE', cause: { message: expect.stringMatching(/DBus/) as string } });
    expect(isKeychainShut(error)).toBe(false);
  }
});
