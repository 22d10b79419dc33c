/** Something to begin with: every argument that has to be there, empty. */
export const argumentsFor = (schema: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const { required, properties } = schema;
  if (!Array.isArray(required) || !isObject(properties)) return {};
  return Object.fromEntries(required.filter((name) => typeof name === 'string').map((name) => [name, emptyOf(properties[name])]));
};

const emptyOf = (schema: unknown): unknown => {
  if (!isObject(schema)) return '';
  if ('default' in schema) return schema.default;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  switch (schema.type) {
    case 'number':
    case 'integer':
      return 0;
    case 'boolean':
      return false;
    case 'array':
      return [];
    case 'object':
      return argumentsFor(schema);
    default:
      return '';
  }
};

/** Null where it is no JSON object. */
export const readArguments = (text: string): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
