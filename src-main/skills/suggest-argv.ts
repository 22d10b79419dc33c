/** What a tool's description suggests that it runs: `执行vercel deploy --prebuilt`. Never run as it is: a user confirms it. */
export const suggestArgv = (description: string): readonly string[] | null => {
  const line =
    /`([^`\n]+)`/.exec(description)?.[1] ??
    /(?:执行|运行|调用|\b(?:runs?|executes?|executing|calls?|invokes?)\b:?)\s*([a-z][\x20-\x7e]*)/i.exec(description)?.[1];
  const items = (line ?? '')
    .trim()
    .replace(/[.;,]$/, '')
    .match(/'[^']*'|"[^"]*"|\S+/g);
  if (!items || items.length > 32 || !/^[a-z0-9][a-z0-9._/-]*$/.test(items[0] ?? '')) return null;
  // Words for a shell are for a person to take apart; and so is prose.
  if (/[|&;<>$\\(){}]/.test(line ?? '') || prose.has(items[0] ?? '')) return null;
  return items.map((item) => item.replace(/^(['"])(.*)\1$/, '$2'));
};

const prose = new Set(['a', 'an', 'the', 'all', 'any', 'some', 'this', 'that', 'your', 'its', 'it', 'on', 'in', 'with', 'when', 'for']);
