const mostKeys = 100;

/**
 * For a message that the platform takes in several parts, such as a text and two files: a try after a failure goes on where the last
 * one stopped, so that what has arrived does not arrive twice. Kept in memory, for the last 100 messages that failed.
 */
export const createInParts = <Sent>(): ((key: string, parts: readonly (() => Promise<Sent>)[]) => Promise<readonly Sent[]>) => {
  const begun = new Map<string, Sent[]>();
  return async (key, parts) => {
    const sent = begun.get(key) ?? [];
    begun.delete(key);
    begun.set(key, sent);
    for (const oldest of [...begun.keys()].slice(0, -mostKeys)) begun.delete(oldest);
    for (const part of parts.slice(sent.length)) sent.push(await part());
    begun.delete(key);
    return sent;
  };
};
