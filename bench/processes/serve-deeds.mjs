/**
 * A process of the bench that does what its parent asks by name, one message and one answer each; `{ port: 0 }` says that it is ready.
 * @param {Record<string, (how: any) => Promise<object>>} deeds
 */
export const serveDeeds = (deeds) => {
  process.on('message', async (/** @type {{deed: string}} */ { deed, ...how }) => {
    try {
      process.send?.({ done: await deeds[deed]?.(how) });
    } catch (error) {
      process.send?.({ error: String(error) });
    }
  });
  process.send?.({ port: 0 });
};
