export type Piece = { readonly text: string; readonly match: boolean; readonly at: number };

/** Marks every word of the query in a snippet, whatever its case. */
export const splitAtMatches = (snippet: string, query: string): readonly Piece[] => {
  const words = query.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [{ text: snippet, match: false, at: 0 }];
  const pattern = new RegExp(`(${words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`, 'giu');
  let at = 0;
  return snippet.split(pattern).flatMap((text, index) => {
    const piece = { text, match: index % 2 === 1, at };
    at += text.length;
    return text === '' ? [] : [piece];
  });
};
