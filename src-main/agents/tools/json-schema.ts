import type { JsonSchemaParameters } from './tool.ts';

/**
 * Parameters of a tool whose schema comes from outside: a skill, an MCP server, a plugin.
 * @param what the value is called in problems
 * @throws Error in words, where the schema is none
 */
export const readJsonSchema = async (jsonSchema: Readonly<Record<string, unknown>>, what = 'arguments'): Promise<JsonSchemaParameters> => {
  // Large, and not every gateway needs it.
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  // What it says of itself (a draft, formats) varies; the words that all drafts share are what counts. Nothing is fetched.
  const ajv = new Ajv2020({ strict: false, validateSchema: false, validateFormats: false, allErrors: true, logger: false });
  const { $schema: _draft, ...schema } = jsonSchema;
  const fits = ajv.compile(schema);
  return {
    jsonSchema: schema,
    validate: (args) => (fits(args) ? null : ajv.errorsText(fits.errors, { dataVar: what })),
  };
};
