import type { SkillBinding, SkillTool } from '../../../src-shared/contract/routes/skills.ts';
import { fromLines, toLines } from './argv-text.ts';

export const bindingKinds = ['command', 'script', 'http', 'mcp', 'tool'] as const;
export const httpMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** What stands in the form. Fields of other kinds stay, so that choosing another one and back loses nothing. */
export type BindingForm = {
  readonly kind: SkillBinding['kind'];
  /** An item a line. */
  readonly argv: string;
  readonly file: string;
  readonly fileArgv: string;
  readonly method: (typeof httpMethods)[number];
  readonly url: string;
  /** `Name: value`, one a line. */
  readonly headers: string;
  readonly args: 'json' | 'query';
  readonly isPrivate: boolean;
  /** Of kind `tool` and `mcp`. */
  readonly tool: string;
};

/** What was confirmed before, else what the skill suggests. */
export const formOf = ({ binding, suggestion }: Pick<SkillTool, 'binding' | 'suggestion'>): BindingForm => {
  const http = binding?.kind === 'http' ? binding : null;
  const script = binding?.kind === 'script' ? binding : null;
  return {
    kind: binding?.kind ?? 'command',
    argv: toLines(binding?.kind === 'command' ? binding.argv : (suggestion ?? [])),
    ...{ file: script?.file ?? '', fileArgv: toLines(script?.argv ?? []) },
    ...{ method: http?.method ?? 'POST', url: http?.url ?? 'https://', headers: headerLines(http?.headers ?? {}) },
    ...{ args: http?.args ?? usualArgs(http?.method ?? 'POST'), isPrivate: http?.private ?? false },
    tool: binding?.kind === 'tool' || binding?.kind === 'mcp' ? binding.tool : '',
  };
};

export const usualArgs = (method: BindingForm['method']): BindingForm['args'] =>
  method === 'GET' || method === 'DELETE' ? 'query' : 'json';

/**
 * @param before what it replaces: what the form does not show of the same kind (cwd, time limit, …) stays
 * @returns null while it is not complete
 */
export const bindingOf = (form: BindingForm, before: SkillBinding | null): SkillBinding | null => {
  switch (form.kind) {
    case 'command': {
      const argv = [...fromLines(form.argv)];
      return argv.length === 0 ? null : { ...(before?.kind === 'command' ? before : {}), kind: 'command', argv };
    }
    case 'script': {
      const file = form.file.trim();
      return file === ''
        ? null
        : { ...(before?.kind === 'script' ? before : {}), kind: 'script', file, argv: [...fromLines(form.fileArgv)] };
    }
    case 'http': {
      const headers = headersOf(form.headers);
      const url = form.url.trim();
      if (headers === null || !/^https?:\/\/./.test(url)) return null;
      return {
        ...{ kind: 'http', method: form.method, url, args: form.args },
        ...(Object.keys(headers).length === 0 ? {} : { headers }),
        ...(form.isPrivate ? { private: true } : {}),
        ...(before?.kind === 'http' && before.timeoutMs !== undefined ? { timeoutMs: before.timeoutMs } : {}),
      };
    }
    default:
      return form.tool.trim() === '' ? null : { kind: form.kind, tool: form.tool.trim() };
  }
};

const headerLines = (headers: Readonly<Record<string, string>>): string =>
  toLines(Object.entries(headers).map(([name, value]) => `${name}: ${value}`));

/** @returns null where a line is none */
export const headersOf = (text: string): Record<string, string> | null => {
  const pairs = fromLines(text).map((line) => /^([^:\s]+):\s*(.*?)\s*$/.exec(line));
  return pairs.every((pair) => pair !== null) ? Object.fromEntries(pairs.map((pair) => [pair[1] ?? '', pair[2] ?? ''])) : null;
};
