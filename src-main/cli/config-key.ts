import { AppError } from '../../src-shared/app-error.ts';
import { nearNames } from '../../src-shared/near-names.ts';

/** `models["gpt-4.1"].provider` → `['models', 'gpt-4.1', 'provider']` @throws AppError BAD_REQUEST */
export const parseKey = (text: string): readonly string[] => {
  const part = /(?:^|\.)([^.[\]"]+)|\["([^"]+)"\]/y;
  const path: string[] = [];
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (!match)
      throw new AppError('BAD_REQUEST', { message: `"${text}" is not a key.`, hint: 'Like gateway.port, or models["gpt-4.1"].provider' });
    path.push(match[1] ?? match[2] ?? '');
  }
  return path;
};

/** @throws AppError NOT_FOUND with near names */
export const valueAt = (config: unknown, path: readonly string[]): unknown => {
  let value = config;
  for (const [index, key] of path.entries()) {
    const known = isObject(value) ? value : {};
    if (!Object.hasOwn(known, key)) {
      const near = nearNames(key, Object.keys(known));
      throw new AppError('NOT_FOUND', {
        message: `${path.slice(0, index + 1).join('.')} is not set.`,
        ...(near.length > 0 ? { hint: `Did you mean ${near.join(' or ')}?` } : {}),
      });
    }
    value = known[key];
  }
  return value;
};

/** The merge patch after which the key has just this value; undefined takes it away. */
export const patchTo = (path: readonly string[], before: unknown, value: unknown): Record<string, unknown> => {
  const [first = '', ...rest] = path;
  const known = isObject(before) && Object.hasOwn(before, first) ? before[first] : undefined;
  return { [first]: rest.length > 0 ? patchTo(rest, known, value) : replacing(known, value) };
};

/** A merge patch merges objects: what the old one has beyond the new one must be taken away by name. */
const replacing = (before: unknown, value: unknown): unknown => {
  if (value === undefined) return null;
  if (!isObject(value) || !isObject(before)) return value;
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(value, key));
  return Object.fromEntries([
    ...gone.map((key): [string, unknown] => [key, null]),
    ...Object.entries(value).map(([key, inner]): [string, unknown] => [key, replacing(before[key], inner)]),
  ]);
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
