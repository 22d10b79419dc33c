/** The `@name` that a message begins with, and the rest; null where it begins with none. */
export type Mention = { readonly name: string; readonly rest: string };

/**
 * Only at the very beginning: a space before it makes it plain text. A name ends where something other than
 * `A-Z a-z 0-9 . _ -` begins, so that `@deploy部署` needs no space; `@user@example.com` and `@types/node` are none.
 */
export const readMention = (content: string): Mention | null => {
  const found = /^@([A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?)(?![A-Za-z0-9_@/-]|\.[A-Za-z0-9])/.exec(content);
  return found?.[1] === undefined ? null : { name: found[1], rest: content.slice(found[0].length).trim() };
};
