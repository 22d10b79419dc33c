/**
 * What someone may have meant.
 * @returns up to `limit` of the known names that begin alike or are a few letters away, nearest first
 */
export const nearNames = (wanted: string, known: readonly string[], limit = 3): readonly string[] => {
  const target = wanted.toLowerCase();
  const reach = Math.max(1, Math.floor(target.length / 3));
  return known
    .map((name) => ({ name, distance: distanceTo(target, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= reach)
    .sort((a, b) => a.distance - b.distance || a.name.localeCompare(b.name))
    .slice(0, limit)
    .map(({ name }) => name);
};

const distanceTo = (target: string, name: string): number =>
  target !== '' && (name.startsWith(target) || target.startsWith(name)) ? 0.5 : editDistance(target, name);

/** Levenshtein, one row at a time; two neighbours swapped count as one slip, for that is the commonest. */
const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  let before: number[] = [];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const other = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : other;
      next.push(Math.min(other, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
};
