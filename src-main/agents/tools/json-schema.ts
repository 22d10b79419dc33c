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
  // A pattern is somebody else's program on our main thread, and may run for ever. The model is told of it all the same.
  for (const keyword of ['pattern', 'patternProperties']) ajv.removeKeyword(keyword);
  // `$async` would make the check a promise, which is always true.
  const { $schema: _draft, $async: _async, ...schema } = jsonSchema;
  const fits = ajv.compile(schema);
  return {
    jsonSchema: schema,
    validate: (args) => (fits(args) ? null : ajv.errorsText(fits.errors, { dataVar: what })),
  };
};
