/** A key of an object, as a form can show it. */
export type SchemaField = {
  readonly path: readonly string[];
  readonly kind: 'choice' | 'switch' | 'number' | 'text' | 'list';
  /** What the schema says about it, in English. */
  readonly help: string;
  /** In place of names of entries there is `*`, to look words up by. */
  readonly helpKey: string;
  readonly options: readonly string[];
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly fallback: unknown;
  /** It can be one thing only. */
  readonly fixed: boolean;
  /** Its object is not valid without it. */
  readonly required: boolean;
  readonly value: unknown;
};

export type SchemaGroup = { readonly title: string; readonly fields: readonly SchemaField[] };

type Json = {
  readonly properties?: Readonly<Record<string, Json>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Json | boolean;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly items?: Json;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly description?: string;
};

/**
 * JSON Schema and values → groups of fields, one for each object, in the order of the schema. What only a file can
 * say well (lists of objects, free-form objects) is left out.
 */
export const groupsOf = (schema: unknown, values: unknown): readonly SchemaGroup[] =>
  walk(schema as Json, values, [], []).filter(({ fields }) => fields.length > 0);

const walk = (schema: Json, value: unknown, path: readonly string[], known: readonly string[]): SchemaGroup[] => {
  const inside = isObject(value) ? value : {};
  const entries = Object.entries(schema.properties ?? {}).map(([key, inner]) => ({
    inner,
    path: [...path, key],
    known: [...known, key],
    value: inside[key],
    required: schema.required?.includes(key) ?? false,
  }));
  const fields = entries.flatMap((entry) => fieldOf(entry) ?? []);
  const deeper = entries.flatMap((entry) => (isGroup(entry.inner) ? walk(entry.inner, entry.value, entry.path, entry.known) : []));
  const each = schema.additionalProperties;
  const named =
    typeof each === 'object' && isGroup(each)
      ? Object.entries(inside).flatMap(([key, inner]) => walk(each, inner, [...path, key], [...known, '*']))
      : [];
  return [{ title: path.join('.'), fields }, ...deeper, ...named];
};

const isGroup = (schema: Json): boolean =>
  schema.properties !== undefined ||
  (typeof schema.additionalProperties === 'object' && schema.additionalProperties.properties !== undefined);

type Entry = Pick<SchemaField, 'path' | 'value' | 'required'> & { readonly inner: Json; readonly known: readonly string[] };

const fieldOf = ({ inner: schema, path, known, value, required }: Entry): SchemaField | null => {
  const kind = kindOf(schema);
  return (
    kind && {
      path,
      kind,
      help: schema.description ?? '',
      helpKey: known.join('.'),
      options: (schema.enum ?? []).map(String),
      min: schema.minimum,
      max: schema.maximum,
      fallback: schema.default,
      fixed: schema.const !== undefined,
      required,
      value: value ?? schema.default,
    }
  );
};

const kindOf = ({ type, enum: options, items, const: only }: Json): SchemaField['kind'] | null => {
  if (options?.every((option) => typeof option === 'string')) return 'choice';
  if (type === 'boolean' || typeof only === 'boolean') return 'switch';
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'string') return 'text';
  return type === 'array' && items?.type === 'string' ? 'list' : null;
};

/** The merge patch that gives a key this value; null takes it away. */
export const patchAt = (path: readonly string[], value: unknown): Record<string, unknown> => {
  const [first = '', ...rest] = path;
  return { [first]: rest.length === 0 ? value : patchAt(rest, value) };
};

/** What somebody typed, as the value of the key: nothing is null. What is no number is left for the gateway to refuse, in its words. */
export const typedValue = ({ kind }: Pick<SchemaField, 'kind'>, text: string): unknown => {
  if (text.trim() === '') return null;
  if (kind !== 'number') return text;
  return Number.isNaN(Number(text)) ? text : Number(text);
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
