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
  // A pattern is somebody else's program on our main thread, and may run for ever: it has to be one, and is not run. The model
  // is told of it all the same.
  for (const keyword of ['pattern', 'patternProperties']) {
    ajv.removeKeyword(keyword);
    ajv.addKeyword({ keyword, compile: (given: unknown) => notRun(given) });
  }
  // `$async` would make the check a promise, which is always true.
  const { $schema: _draft, $async: _async, ...schema } = jsonSchema;
  const fits = ajv.compile(schema);
  return {
    jsonSchema: schema,
    validate: (args) => (fits(args) ? null : ajv.errorsText(fits.errors, { dataVar: what })),
  };
};

/**
 * A check that lets everything pass.
 * @param given one pattern, or an object with patterns as keys
 * @throws SyntaxError where one of them is none
 */
const notRun = (given: unknown): (() => true) => {
  const patterns = typeof given === 'object' && given !== null ? Object.keys(given) : [String(given)];
  for (const pattern of patterns) new RegExp(pattern, 'u');
  return () => true;
};
