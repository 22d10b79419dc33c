import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aRequest, collect, errorOf, textOf } from './model-client.conformance.ts';
import type { ModelMessage, ModelRequest } from './model-client.ts';
import { createOfflineModel } from './offline-model.ts';

const model = createOfflineModel({ newId: () => 'call_1' });
const tools: ModelRequest['tools'] = ['list_dir', 'file_read'].map((name) => ({ name, description: '', parameters: {} }));
const say = (content: string, over: Partial<ModelRequest> = {}) =>
  collect(model.stream(aRequest({ messages: [{ role: 'user', content }], tools, ...over }), new AbortController().signal));
const afterTool = (name: string, path: string, content: string, said = `/x ${path}`) =>
  say('', {
    messages: [
      { role: 'user', content: said },
      { role: 'assistant', content: '', toolCalls: [{ id: 'c', name, argumentsJson: JSON.stringify({ path }) }] },
      { role: 'tool', toolCallId: 'c', name, content },
    ],
  });

describe('offline model', () => {
  it('says that it is no language model, and how to get one, in the language it was spoken to', async () => {
    const english = await say('Hello, who are you?');
    expect(english.at(-2)).toEqual({ type: 'usage', inputTokens: 0, outputTokens: 0 });
    expect(english.at(-1)).toEqual({ type: 'end', reason: 'stop' });
    expect(english.filter(({ type }) => type === 'text').length).toBeGreaterThan(20);
    for (const word of ['not a language model', '~/openclaw/config.json', 'Ollama', 'OPENAI_API_KEY', 'ANTHROPIC_API_KEY', '"models"'])
      expect(textOf(english)).toContain(word);
    const chinese = textOf(await say('你好'));
    for (const word of ['不是语言模型', '~/openclaw/config.json', 'Ollama']) expect(chinese).toContain(word);
  });

  it('gives a config example that is valid JSON', async () => {
    const json = /```json\n([\s\S]*?)```/.exec(textOf(await say('hi')))?.[1] ?? '';
    expect(JSON.parse(json)).toMatchObject({ models: { local: { baseUrl: 'http://127.0.0.1:11434/v1' } } });
  });

  it.each([
    ['/files', 'list_dir', '.'],
    ['/files src/a b', 'list_dir', 'src/a b'],
    ['/READ "my notes.md"', 'file_read', 'my notes.md'],
    ['  /read 笔记.md ', 'file_read', '笔记.md'],
  ])('runs %s as a tool call', async (text, name, path) => {
    expect(await say(text)).toEqual([
      { type: 'tool_call', call: { id: 'call_1', name, argumentsJson: JSON.stringify({ path }) } },
      { type: 'usage', inputTokens: 0, outputTokens: 0 },
      { type: 'end', reason: 'tool_calls' },
    ]);
  });

  it('offers only the tools the request lists', async () => {
    expect(textOf(await say('/help'))).toMatch(/\/files[\s\S]*\/read/);
    const without = { tools: [] };
    expect(textOf(await say('/help', without))).not.toMatch(/\/files|\/read/);
    expect(textOf(await say('/files', without))).toContain('`list_dir`');
    expect((await say('/read x', without)).at(-1)).toEqual({ type: 'end', reason: 'stop' });
  });

  it('names what an unknown command may have meant', async () => {
    expect(textOf(await say('/flies'))).toContain('`/files`');
    expect(textOf(await say('/zzzzzzz'))).not.toContain('Did you mean');
    expect(textOf(await say('/read'))).toContain('/read <path>');
    expect(textOf(await say('/flies 你'))).toContain('未知命令');
  });

  it('lists a folder, and shows an error about it as it is', async () => {
    const listing = textOf(await afterTool('list_dir', 'src', 'lib/\na`b.ts  (12 bytes)\n[3 more]'));
    expect(listing).toContain('Contents of `src`:\n\n- `lib/`\n- `` a`b.ts  (12 bytes) ``\n- `[3 more]`');
    expect(textOf(await afterTool('list_dir', 'src', '(empty)'))).toContain('It is empty.');
    expect(textOf(await afterTool('list_dir', 'nope', '"nope" is not there.'))).toContain('```text\n"nope" is not there.\n```');
    expect(textOf(await afterTool('list_dir', '文档', 'a/', '/files 文档'))).toContain('的内容');
  });

  it('fences a file so that no content can end the fence', async () => {
    expect(textOf(await afterTool('file_read', 'a.md', 'x\n````\ny'))).toBe('`a.md`:\n\n`````md\nx\n````\ny\n`````');
    expect(textOf(await afterTool('file_read', '../../a b.`js`', 'x'))).toContain('```text\nx\n```');
  });

  it('says back exactly what it is told, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }), async (text) => {
        fc.pre(text.trim() !== '' && !/^["']/.test(text.trim()));
        expect(textOf(await say(`/echo ${text}`))).toBe(text.trim());
      }),
    );
  });

  it('streams a long result in at most a few hundred pieces, never inside a character', async () => {
    const events = await afterTool('file_read', 'a.txt', '词 👩‍💻 word '.repeat(20_000));
    expect(events.length).toBeLessThan(250);
    expect(events.every((event) => event.type !== 'text' || !/\p{Surrogate}/u.test(event.text))).toBe(true);
  });

  it('stops when aborted', async () => {
    const abort = new AbortController();
    const messages: ModelMessage[] = [{ role: 'user', content: 'hi' }];
    const events = [];
    for await (const event of model.stream(aRequest({ messages }), abort.signal)) {
      events.push(event);
      abort.abort(new Error('enough'));
    }
    expect(events.map(({ type }) => type)).toEqual(['text', 'error']);
    expect(errorOf(events).cause).toMatchObject({ message: 'enough' });
  });
});
