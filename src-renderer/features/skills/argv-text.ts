/** An argv with an item a line: no quoting, so that nothing is guessed about where an argument ends. */
export const toLines = (argv: readonly string[]): string => argv.join('\n');

/** @returns the items; empty lines are none */
export const fromLines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');
