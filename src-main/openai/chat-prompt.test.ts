import { describe, expect, it } from 'vitest';
import { chatRequestSchema } from '../../src-shared/contract/routes/openai.ts';
import { chatMessagesOf } from './chat-messages.ts';
import { readPrompt } from './chat-prompt.ts';

const read = (...messages: { role: string; content?: unknown; tool_calls?: unknown; tool_call_id?: string }[]) =>
  readPrompt(chatMessagesOf(chatRequestSchema.parse({ model: 'openclaw', messages })), 'messages');
/** Beside the words. */
const nothing = { toolResults: [], images: [] };

describe('readPrompt', () => {
  it('asks what stands behind the last reply; the rest is history', () => {
    expect(
      read(
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'first' },
        { role: 'user', content: 'two' },
        { role: 'user', content: 'and three' },
      ),
    ).toEqual({
      ...nothing,
      system: '',
      history: [
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'first', toolCalls: [] },
      ],
      content: 'two\n\nand three',
    });
  });

  it('takes system and developer messages out, wherever they stand', () => {
    expect(
      read({ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'hi' }, { role: 'developer', content: 'In French.' }),
    ).toEqual({ ...nothing, system: 'Be brief.\n\nIn French.', history: [], content: 'hi' });
  });

  it('joins the parts of a message, and messages of one role that follow on each other', () => {
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ];
    expect(
      read(
        { role: 'assistant', content: parts },
        { role: 'assistant', content: 'c' },
        { role: 'assistant', content: null },
        { role: 'user', content: parts },
      ),
    ).toEqual({ ...nothing, system: '', history: [{ role: 'assistant', content: 'a\n\nb\n\nc', toolCalls: [] }], content: 'a\n\nb' });
  });

  it('refuses where nothing is asked', () => {
    const bad = [
      [{ role: 'system', content: 'x' }],
      [{ role: 'user', content: ' \n' }],
      [{ role: 'user' }],
      [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: 'half a rep' },
      ],
    ];
    for (const messages of bad) expect(() => read(...messages)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  const call = (id: string) => ({ id, type: 'function', function: { name: 'look', arguments: '{}' } });
  const asks = { role: 'assistant', content: null, tool_calls: [call('a'), call('b')] };
  const result = (id: string) => ({ role: 'tool', tool_call_id: id, content: `result of ${id}` });

  it('brings the results of the calls that the last reply asks for, and what is said behind them', () => {
    expect(read({ role: 'user', content: 'x' }, asks, result('b'), result('a'), { role: 'user', content: 'and?' })).toMatchObject({
      history: [{ content: 'x' }, { content: '', toolCalls: [{ id: 'a', name: 'look', argumentsJson: '{}' }, { id: 'b' }] }],
      toolResults: [
        { toolCallId: 'b', content: 'result of b' },
        { toolCallId: 'a', content: 'result of a' },
      ],
      content: 'and?',
    });
    expect(read(result('a'))).toMatchObject({ history: [], toolResults: [{ toolCallId: 'a' }], content: '' });
  });

  it('refuses calls without results, results without calls, and says which', () => {
    const user = { role: 'user', content: 'x' };
    const problem = (...messages: Parameters<typeof read>) => {
      try {
        return read(...messages);
      } catch (thrown) {
        return (thrown as Error).message;
      }
    };
    expect(problem(user, asks, result('a'))).toMatch(/^messages: .* b$/);
    expect(problem(user, asks, result('a'), user)).toMatch(/^messages\.3: .* b$/);
    expect(problem(user, result('a'))).toMatch(/^messages\.1\.tool_call_id: .*"a"/);
    expect(problem(user, asks, result('a'), result('a'), result('b'))).toMatch(/^messages\.3\.tool_call_id/);
  });
});
