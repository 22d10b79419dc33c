type Style = {
  /** Of the line that the value begins on. */
  readonly indent: string;
  /** One step of indentation. */
  readonly unit: string;
  readonly eol: string;
  /** All on one line. */
  readonly inline: boolean;
};

/** JSON as people write it: objects one key a line, short lists on one line. */
export const printJson = (value: unknown, style: Style): string => {
  if (Array.isArray(value)) {
    const inner = value.map((item) => printJson(item, { ...style, inline: true }));
    const line = `[${inner.join(', ')}]`;
    return style.inline || line.length <= lineMost
      ? line
      : block(
          '[',
          ']',
          value.map((item) => printJson(item, deeper(style))),
          style,
        );
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    if (entries.length === 0) return '{}';
    const print = (how: Style): string[] => entries.map(([key, item]) => `${JSON.stringify(key)}: ${printJson(item, how)}`);
    return style.inline ? `{ ${print(style).join(', ')} }` : block('{', '}', print(deeper(style)), style);
  }
  return JSON.stringify(value);
};

const lineMost = 100;

const deeper = (style: Style): Style => ({ ...style, indent: style.indent + style.unit });

const block = (open: string, close: string, lines: readonly string[], style: Style): string => {
  const lineBreak = `${style.eol}${style.indent}`;
  return `${open}${lines.map((line) => `${lineBreak}${style.unit}${line}`).join(',')}${lineBreak}${close}`;
};
