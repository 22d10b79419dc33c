import { getNodeValue } from 'jsonc-parser';
import { removeAt, setAt } from './edit-jsonc.ts';
import { parseJsonc } from './parse-config.ts';

export type MergePatch = Readonly<Record<string, unknown>>;

/**
 * RFC 7396 on a text: what the patch names is set, `null` takes away, all else stays byte for byte.
 * The text must be free of syntax errors, and an object or empty.
 */
export const applyMergePatch = (text: string, patch: MergePatch): string => {
  const { tree } = parseJsonc(text);
  const before: unknown = tree ? getNodeValue(tree) : {};
  if (!isObject(before)) throw new TypeError('the file is not an object');
  const steps = stepsOf(before, patch, []);
  const start = tree || steps.length === 0 ? text : '{}\n';
  return steps.reduce((result, step) => ('value' in step ? setAt(result, step.path, step.value) : removeAt(result, step.path)), start);
};

type Step = { readonly path: readonly string[]; readonly value: unknown } | { readonly path: readonly string[] };

const stepsOf = (before: Readonly<Record<string, unknown>>, patch: MergePatch, at: readonly string[]): Step[] =>
  Object.entries(patch).flatMap(([key, value]): Step[] => {
    const path = [...at, key];
    const known = Object.hasOwn(before, key) ? before[key] : undefined;
    if (value === null) return known === undefined ? [] : [{ path }];
    if (isObject(value) && isObject(known)) return stepsOf(known, value, path);
    const wanted = withoutNulls(value);
    return JSON.stringify(known) === JSON.stringify(wanted) ? [] : [{ path, value: wanted }];
  });

/** Where there was no object to merge with, a `null` inside has nothing to take away. */
const withoutNulls = (value: unknown): unknown =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, withoutNulls(inner)]])))
    : value;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
