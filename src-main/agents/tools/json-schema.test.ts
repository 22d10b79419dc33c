import { expect, it } from 'vitest';
import { readJsonSchema } from './json-schema.ts';

const problem = async (schema: Readonly<Record<string, unknown>>, value: Readonly<Record<string, unknown>>) =>
  (await readJsonSchema(schema)).validate(value);

it('says what does not fit', async () => {
  const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'], additionalProperties: false };
  expect(await problem(schema, { n: 1 })).toBeNull();
  expect(await problem(schema, { n: 'x' })).toContain('arguments/n must be integer');
  expect(await problem(schema, {})).toContain("required property 'n'");
});

it('checks a schema that calls itself asynchronous like any other', async () => {
  expect(await problem({ $async: true, type: 'object', required: ['n'] }, {})).toContain("required property 'n'");
});

it('does not run the patterns of others', async () => {
  const schema = { type: 'object', properties: { s: { type: 'string', pattern: '^(a+)+$' } }, patternProperties: { '^(a+)+$': {} } };
  const started = performance.now();
  expect(await problem(schema, { s: `${'a'.repeat(40)}!`, [`${'a'.repeat(40)}!`]: 1 })).toBeNull();
  // Run, it would take years.
  expect(performance.now() - started).toBeLessThan(5_000);
  expect((await readJsonSchema(schema)).jsonSchema).toEqual(schema);
});

it('throws in words for what is no schema', async () => {
  await expect(readJsonSchema({ properties: { s: { type: 'string', pattern: '(' } } })).rejects.toThrow(/regular expression/);
  await expect(readJsonSchema({ type: 'nothing' })).rejects.toThrow(/type/);
});
