import { keychainReference } from '../src-shared/looks-like-secret.ts';

/** Values with each `${keychain:NAME}` filled in; `secrets` by NAME. Rejects with words where one is missing. */
export const fillFromKeychain = async (
  values: Readonly<Record<string, string>>,
  getKey: (name: string) => Promise<string | null>,
): Promise<{ readonly filled: Readonly<Record<string, string>>; readonly secrets: ReadonlyMap<string, string> }> => {
  const secrets = new Map<string, string>();
  for (const [name, value] of Object.entries(values))
    for (const key of keysIn(value)) {
      const secret = await getKey(key);
      if (secret === null)
        throw new Error(`${name} names the keychain entry "${key}", which is not there. Put it there: openclaw config set-key ${key}`);
      secrets.set(key, secret);
    }
  const fill = (value: string): string => value.replace(keychainReference, (_all, key: string) => secrets.get(key) ?? '');
  return { filled: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fill(value)])), secrets };
};

/** The names of the entries that a value names. */
export const keysIn = (value: string): readonly string[] => [...value.matchAll(keychainReference)].map(([, key = '']) => key);
