import type { ModelMessage } from './model-client.ts';
import type { OfflineWords } from './offline-words.ts';
import { parseObject } from './parse-object.ts';

type ToolMessage = Extract<ModelMessage, { role: 'tool' }>;

/** A tool's result as Markdown: a list of names, a code block in the file's language, else plain text in a fence. */
export const toolResultMarkdown = (result: ToolMessage, history: readonly ModelMessage[], words: OfflineWords): string => {
  const path = pathOfCall(result.toolCallId, history);
  if (result.name === 'list_dir') {
    const lines = result.content.split('\n').filter((line) => line !== '');
    const title = words.listing(inlineCode(path ?? '.'));
    if (result.content === '(empty)' || lines.length === 0) return `${title}\n\n${words.empty}`;
    if (lines.every(isEntry)) return `${title}\n\n${lines.map((line) => `- ${inlineCode(line)}`).join('\n')}`;
  }
  if (result.name === 'file_read' && path !== null) return `${words.file(inlineCode(path))}\n\n${fenced(result.content, languageOf(path))}`;
  return `${words.result(result.name)}\n\n${fenced(result.content, 'text')}`;
};

const pathOfCall = (callId: string, history: readonly ModelMessage[]): string | null => {
  for (const message of history.toReversed()) {
    const call = message.role === 'assistant' ? message.toolCalls.find(({ id }) => id === callId) : undefined;
    if (call === undefined) continue;
    const path = parseObject(call.argumentsJson)?.path;
    return typeof path === 'string' ? path : null;
  }
  return null;
};

/** As `list_dir` writes them: `folder/`, `name  (12 bytes)`, `[3 more]`; an error in words is none of these. */
const isEntry = (line: string): boolean => /\/$| {2}\([^)]*\)$|^\[\d+ more\]$/.test(line);

/** The fence is longer than any run of backticks inside, so that content can never end it. */
const fenced = (content: string, language: string): string => {
  const fence = '`'.repeat(Math.max(3, longestRun(content) + 1));
  return `${fence}${language}\n${content}${content.endsWith('\n') ? '' : '\n'}${fence}`;
};

const inlineCode = (text: string): string => {
  const line = text.replace(/[\r\n]+/g, ' ');
  const run = longestRun(line);
  const ticks = '`'.repeat(run + 1);
  return run === 0 ? `${ticks}${line}${ticks}` : `${ticks} ${line} ${ticks}`;
};

const longestRun = (text: string): number => (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);

const languageOf = (path: string): string => /\.([a-z0-9]{1,10})$/i.exec(path)?.[1]?.toLowerCase() ?? 'text';
