import { AppError } from '../../../src-shared/app-error.ts';
import { nearNames } from '../../../src-shared/near-names.ts';
import type { ModelClient, ModelEvent, ModelMessage, ModelRequest, ModelToolCall } from './model-client.ts';
import { type OfflineWords, offlineWords } from './offline-words.ts';
import { toolResultMarkdown } from './tool-result-markdown.ts';

/**
 * The embedded default: no language model, and says so, with the ways to get one. It runs tools by plain
 * commands, so that a fresh install can be tried from end to end without any.
 */
export const createOfflineModel = ({ newId }: { readonly newId: () => string }): ModelClient => ({
  label: 'built-in offline assistant',
  provider: 'offline',
  stream: (request, signal) => streamReply(reply(request, newId), signal),
});

type Reply = string | ModelToolCall;

const commands = { help: null, files: 'list_dir', read: 'file_read', echo: null } as const;
type Command = keyof typeof commands;
const commandNames = Object.keys(commands) as Command[];

const reply = (request: ModelRequest, newId: () => string): Reply => {
  const words = offlineWords[languageOf(request.messages)];
  const last = request.messages.at(-1);
  if (last?.role === 'tool') return toolResultMarkdown(last, request.messages, words);
  const text = last?.content.trim() ?? '';
  const [, typed, rest = ''] = /^(\/\S*)\s*([\s\S]*)$/.exec(text) ?? [];
  if (typed === undefined) return words.introduction;
  const command = commandNames.find((name) => typed.toLowerCase() === `/${name}`);
  if (command === undefined)
    return words.unknown(
      inlineSafe(typed),
      nearNames(
        typed,
        offered(request).map((name) => `/${name}`),
      ),
    );
  const tool = commands[command];
  if (tool !== null && !offers(request, tool)) return words.toolMissing(`/${command}`, tool);
  return run(command, unquoted(rest.trim()), request, words, newId);
};

const run = (command: Command, rest: string, request: ModelRequest, words: OfflineWords, newId: () => string): Reply => {
  const call = (name: string, path: string): ModelToolCall => ({ id: newId(), name, argumentsJson: JSON.stringify({ path }) });
  switch (command) {
    case 'help':
      return words.help(offered(request).map((name) => `- ${words.commands[name]}`));
    case 'files':
      return call('list_dir', rest === '' ? '.' : rest);
    case 'read':
      return rest === '' ? words.pathMissing : call('file_read', rest);
    case 'echo':
      return rest === '' ? '…' : rest;
  }
};

const offers = ({ tools }: ModelRequest, name: string): boolean => tools.some((tool) => tool.name === name);

const offered = (request: ModelRequest): readonly Command[] =>
  commandNames.filter((name) => {
    const tool = commands[name];
    return tool === null || offers(request, tool);
  });

/** Chinese where the user last wrote Han characters; a bare command takes the language of what was said before it. */
const languageOf = (messages: readonly ModelMessage[]): 'en' | 'zh' => {
  for (const { role, content } of messages.toReversed()) {
    if (role !== 'user') continue;
    if (/\p{Script=Han}/u.test(content)) return 'zh';
    if (!content.trim().startsWith('/')) return 'en';
  }
  return 'en';
};

const inlineSafe = (text: string): string => text.replaceAll('`', "'").slice(0, 64);

/** `/read "my file.txt"` means the name without the quotes. */
const unquoted = (text: string): string => /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text;

async function* streamReply(answer: Reply, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  for (const text of typeof answer === 'string' ? pieces(answer) : []) {
    if (signal.aborted) break;
    yield { type: 'text', text };
  }
  if (signal.aborted) {
    const cause = signal.reason;
    yield { type: 'error', error: new AppError('MODEL_CUT_OFF', { message: 'The call was cancelled.', retryable: false, cause }) };
    return;
  }
  if (typeof answer !== 'string') yield { type: 'tool_call', call: answer };
  yield { type: 'usage', inputTokens: 0, outputTokens: 0 };
  yield { type: 'end', reason: typeof answer === 'string' ? 'stop' : 'tool_calls' };
}

const mostPieces = 200;

/** Words, or for Chinese a few characters; a long text in fewer, longer ones. Never cuts inside a character. */
const pieces = (text: string): readonly string[] => {
  const words = text.match(/\s*(?:[\p{Script=Han}\p{P}]{1,4}|[^\s\p{Script=Han}]+)|\s+/gu) ?? [];
  const perPiece = Math.ceil(words.length / mostPieces);
  return Array.from({ length: Math.ceil(words.length / perPiece) }, (_, index) =>
    words.slice(index * perPiece, (index + 1) * perPiece).join(''),
  );
};
