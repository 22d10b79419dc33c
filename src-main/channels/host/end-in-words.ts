const outOfMemory = /heap out of memory|Reached heap limit/;
const thrown = /^(?:Uncaught )?(?:[A-Za-z]*Error|[A-Za-z]*Exception)\b.*/;

/** Why a process ended, as the channel's owner reads it. */
export const endInWords = ({
  code,
  signal,
  lines,
  heapMb,
}: {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last that it wrote. */
  readonly lines: readonly string[];
  readonly heapMb: number;
}): string => {
  if (lines.some((line) => outOfMemory.test(line))) return `It ran out of memory: plugins have ${heapMb} MB.`;
  const error = lines.find((line) => thrown.test(line));
  if (error !== undefined) return `It threw what nobody caught: ${error.slice(0, 500)}`;
  return signal === null ? `It exited by itself, with code ${code}.` : `It was ended by ${signal}.`;
};
