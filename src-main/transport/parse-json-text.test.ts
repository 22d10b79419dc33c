import { describe, expect, it } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import { parseJsonText } from './parse-json-text.ts';

const codeOf = (text: string): string => {
  try {
    parseJsonText(text);
    return 'ok';
  } catch (error) {
    return error instanceof AppError ? error.code : 'threw something else';
  }
};

describe('parseJsonText', () => {
  it('reads JSON, and JSON with comments as the seed writes it', () => {
    expect(parseJsonText('{"a":[1,"//not a comment"]}')).toEqual({ a: [1, '//not a comment'] });
    expect(parseJsonText('{ "agentId": "dev-coder",   // 可选,指定Agent\n /* x */ "b": "http://x" }')).toEqual({
      agentId: 'dev-coder',
      b: 'http://x',
    });
  });

  for (const bad of [
    '',
    '{',
    '{"a":1,}',
    '[1,]',
    '{"a":1} x',
    '{"a":1}{"b":2}',
    "{'a':1}",
    '{a:1}',
    'NaN',
    '{"a":1 "b":2}',
    '// only',
    '{"a":tru}',
    '\u0000',
  ]) {
    it(`refuses ${JSON.stringify(bad)}`, () => expect(codeOf(bad)).toBe('BAD_JSON'));
  }

  it('says where', () => {
    expect(() => parseJsonText('{\n  "a": 1,\n}')).toThrow(/line 3, column 1/);
  });

  it('refuses keys that reach the prototype, also with comments, and deep nesting', () => {
    expect(codeOf('{"__proto__":{"admin":true}}')).toBe('BAD_JSON');
    expect(codeOf('{"__proto__":{"admin":true} /* hidden */ }')).toBe('BAD_JSON');
    expect(codeOf('{"a":{"__proto__":1}}')).toBe('BAD_JSON');
    expect(codeOf('{"constructor":1}')).toBe('BAD_JSON');
    expect(codeOf(`${'['.repeat(50)}${']'.repeat(50)}`)).toBe('ok');
    expect(codeOf(`${'['.repeat(51)}${']'.repeat(51)}`)).toBe('BAD_JSON');
    expect(codeOf(`${'['.repeat(100_000)}`)).toBe('BAD_JSON');
    expect({}).not.toHaveProperty('admin');
  });
});
