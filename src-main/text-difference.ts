/** Comparing is on the main thread: beyond this many bytes, or changed lines, there is none. */
const comparedMost = 256 * 1024;
const editsMost = 400;

/** As a unified diff; null where that would be no help, or take too long. */
export const textDifference = async (name: string, before: Buffer, after: string): Promise<string | null> => {
  if (before.includes(0) || before.length > comparedMost || after.length > comparedMost) return null;
  const { createTwoFilesPatch } = await import('diff');
  const options = { context: 3, maxEditLength: editsMost };
  const patch = createTwoFilesPatch(name, name, before.toString('utf8'), after, undefined, undefined, options);
  // The lines above the names say nothing to anyone but `patch`.
  return patch === undefined ? null : patch.replace(/^Index:.*\n=+\n/, '');
};
