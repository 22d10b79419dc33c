import { type ParseError, parse as parseJsonc, printParseErrorCode, stripComments } from 'jsonc-parser';
import { AppError } from '../../src-shared/app-error.ts';

const maxDepth = 50;

/**
 * Strict JSON first; with its comments blanked out second, and as strict: the seed's curl has them. At most 50 levels,
 * no `__proto__` or `constructor` keys. `what` begins the message. @throws AppError BAD_JSON
 */
export const parseJsonText = (text: string, what = 'The body'): unknown => {
  const value = parseStrict(text, () => parseStrict(stripComments(text, ' '), () => notJson(text, what)));
  refuseTraps(value, 1, what);
  return value;
};

const parseStrict = (text: string, otherwise: () => unknown): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return otherwise();
  }
};

const notJson = (text: string, what: string): never => {
  const where = firstError(text);
  throw new AppError('BAD_JSON', { message: `${what} is not valid JSON${where === null ? '' : `: ${where}`}.` });
};

/** What a tolerant parser stumbles over first, for people; null where it cannot say either. */
const firstError = (text: string): string | null => {
  const errors: ParseError[] = [];
  try {
    parseJsonc(text, errors, { disallowComments: false, allowTrailingComma: false });
  } catch {
    // It is recursive, and the text is nested too deep for it.
    return null;
  }
  const first = errors[0];
  return first ? `${printParseErrorCode(first.error)} at ${positionOf(text, first.offset)}` : null;
};

const refuseTraps = (value: unknown, depth: number, what: string): void => {
  if (typeof value !== 'object' || value === null) return;
  if (depth > maxDepth) throw new AppError('BAD_JSON', { message: `${what} is nested deeper than ${maxDepth} levels.` });
  for (const key of Object.keys(value)) {
    if (key === '__proto__' || key === 'constructor' || key === 'prototype')
      throw new AppError('BAD_JSON', { message: `The key "${key}" is refused.` });
    refuseTraps((value as Record<string, unknown>)[key], depth + 1, what);
  }
};

const positionOf = (text: string, offset: number): string => {
  const before = text.slice(0, offset).split('\n');
  const column = `column ${(before.at(-1)?.length ?? 0) + 1}`;
  return text.includes('\n') ? `line ${before.length}, ${column}` : column;
};
