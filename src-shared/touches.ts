/** What a tool can touch, in the gateway's words. The console reads the same table backwards, to say them in the user's language. */
const words = {
  everything: 'every file and program that you can touch',
  workspace: 'files in the workspace',
  network: 'the network',
  system: 'reads the system, not your home folder',
  variable: 'gets the value of {{name}}',
  program: 'whatever this program can touch: {{name}}',
  service: 'the service at {{name}}',
  privateService: 'the service at {{name}}, in a private network',
  key: 'sends it the keychain entry {{name}}',
  page: 'reads from {{name}}, which sees the whole address',
  newFile: 'the new file {{name}}',
  file: 'the file {{name}}, which has {{bytes}} bytes now',
} as const;

export type TouchCode = keyof typeof words;
export type Touch = { readonly code: TouchCode; readonly values: Readonly<Record<string, string>> };

export const touch = (code: TouchCode, values: Readonly<Record<string, string | number>> = {}): string =>
  words[code].replace(/\{\{(\w+)\}\}/g, (_all, key: string) => String(values[key] ?? ''));

/** @returns null for words that are not in the table */
export const readTouch = (text: string): Touch | null => {
  for (const [code, pattern] of patterns) {
    const found = pattern.exec(text);
    if (found) return { code, values: { ...found.groups } };
  }
  return null;
};

/** The longer ones first: some begin as others do. */
const patterns = (Object.entries(words) as [TouchCode, string][])
  .sort(([, a], [, b]) => b.length - a.length)
  .map(([code, template]): [TouchCode, RegExp] => [code, new RegExp(`^${template.replace(/\{\{(\w+)\}\}/g, '(?<$1>.+)')}$`, 's')]);
