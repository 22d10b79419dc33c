import { beforeEach, describe, expect, it } from 'vitest';
import type { SecretStore } from './secret-store.ts';

/** What every secret store does. `reopen` gives a second store on the same place, as the next process would have it. */
export type SecretStoreHarness = { readonly store: SecretStore; readonly reopen: (() => Promise<SecretStore>) | null };

export const describeSecretStore = (name: string, open: () => Promise<SecretStoreHarness>): void => {
  describe(`${name} is a secret store`, () => {
    let store: SecretStore;
    let reopen: SecretStoreHarness['reopen'];

    beforeEach(async () => {
      ({ store, reopen } = await open());
    });

    it('answers null for what it was never given', async () => {
      expect(await store.get('nobody')).toBeNull();
      expect(await store.delete('nobody')).toBe(false);
    });

    it('gives back what it was given, also in other words and at the length of a token', async () => {
      const token = `eyJ${'x'.repeat(2_000)}`;
      await store.set('token', token);
      await store.set('words', 'ключ 密钥 🔑\n"quoted"');
      expect(await store.get('token')).toBe(token);
      expect(await store.get('words')).toBe('ключ 密钥 🔑\n"quoted"');
    });

    it('keeps the last value of a name', async () => {
      await store.set('key', 'first');
      await store.set('key', 'second');
      expect(await store.get('key')).toBe('second');
    });

    it('forgets what is deleted, and only that', async () => {
      await store.set('one', '1');
      await store.set('two', '2');
      expect(await store.delete('one')).toBe(true);
      expect(await store.delete('one')).toBe(false);
      expect([await store.get('one'), await store.get('two')]).toEqual([null, '2']);
    });

    it('takes any name as a name', async () => {
      for (const odd of ['__proto__', 'constructor', '../up', 'a/b c', '名']) {
        expect(await store.get(odd)).toBeNull();
        await store.set(odd, `value of ${odd}`);
        expect(await store.get(odd)).toBe(`value of ${odd}`);
        expect(await store.delete(odd)).toBe(true);
      }
    });

    it('loses none of many writes at once', async () => {
      const names = Array.from({ length: 12 }, (_, index) => `parallel-${index}`);
      await Promise.all(names.map((entry) => store.set(entry, entry)));
      expect(await Promise.all(names.map((entry) => store.get(entry)))).toEqual(names);
    });

    it('keeps them for the next process', async () => {
      if (reopen === null) return;
      await store.set('kept', 'value');
      expect(await (await reopen()).get('kept')).toBe('value');
    });
  });
};
