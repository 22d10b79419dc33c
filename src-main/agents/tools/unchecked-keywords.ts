type Schema = Readonly<Record<string, unknown>>;

/** Keywords whose value is a schema, a list of schemas, or schemas by name. */
const inside: ReadonlySet<string> = new Set([
  ...['items', 'contains', 'additionalProperties', 'propertyNames', 'unevaluatedItems', 'unevaluatedProperties'],
  ...['not', 'if', 'then', 'else', 'allOf', 'anyOf', 'oneOf', 'prefixItems'],
]);
const byName: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions', 'dependentSchemas']);
/** What the check knows, or what asks for nothing. */
const plain: ReadonlySet<string> = new Set([
  ...['type', 'enum', 'const', 'required', 'dependentRequired', '$ref', '$anchor', '$id', '$schema', '$comment'],
  ...['minLength', 'maxLength', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minItems', 'maxItems', 'uniqueItems', 'minContains', 'maxContains', 'minProperties', 'maxProperties'],
  ...['title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly'],
]);

/** The first keyword of a JSON Schema that `readJsonSchema` lets pass without a look (`pattern`, `format`, any it does not know), with its path; or null. */
export const uncheckedKeyword = (schema: unknown, at = '#'): string | null => {
  if (Array.isArray(schema)) return firstOf(schema.map((one, index) => () => uncheckedKeyword(one, `${at}/${index}`)));
  if (!isObject(schema)) return null;
  return firstOf(
    Object.entries(schema).map(([keyword, value]) => () => {
      const here = `${at}/${keyword}`;
      if (inside.has(keyword)) return uncheckedKeyword(value, here);
      if (byName.has(keyword) && isObject(value))
        return firstOf(
          Object.entries(value).map(
            ([name, one]) =>
              () =>
                uncheckedKeyword(one, `${here}/${name}`),
          ),
        );
      return plain.has(keyword) ? null : here;
    }),
  );
};

const firstOf = (looks: readonly (() => string | null)[]): string | null => {
  for (const look of looks) {
    const found = look();
    if (found !== null) return found;
  }
  return null;
};

const isObject = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);
