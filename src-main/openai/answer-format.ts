import type { AnswerFormat } from '../../src-shared/contract/routes/openai.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Rejects with `BAD_REQUEST` where a schema is none, or cannot be checked though it is strict. */
export type RequireSchema = (schema: Schema, at: string, strict: boolean) => Promise<void>;

/**
 * What the answer has to fit; undefined where it is text.
 * @param at where the schema stands in the request
 */
export const schemaOf = async (
  format: AnswerFormat | null | undefined,
  at: string,
  requireSchema: RequireSchema,
): Promise<Schema | undefined> => {
  if (!format || format.type === 'text') return undefined;
  if (format.type !== 'json_schema') return { type: 'object' };
  const { schema = {}, strict } = format;
  await requireSchema(schema, at, strict === true);
  return schema;
};
