const secretName = /(^|[_-])(key|token|secret|password|passwd|pat|credentials?|authorization|cookie)s?($|[_-])|apikey|authorization/i;

/** Whether a variable or a header is called as those are that hold secrets. Nothing but advice goes by it. */
export const looksLikeSecret = (name: string): boolean => secretName.test(name);

/** Where a configured value names an entry of the keychain. */
export const keychainReference = /\$\{keychain:([A-Za-z0-9][A-Za-z0-9._-]{0,127})\}/g;

/** A value that names this entry of the keychain. */
export const referTo = (key: string): string => `\${keychain:${key}}`;
