import { describe, expect, it } from 'vitest';
import { chatRequestSchema } from '../../src-shared/contract/routes/openai.ts';
import { readPrompt } from './chat-prompt.ts';

const read = (...messages: { role: string; content?: unknown }[]) =>
  readPrompt(chatRequestSchema.parse({ model: 'openclaw', messages }).messages, 'messages');

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
    ).toEqual({ system: 'Be brief.\n\nIn French.', history: [], content: 'hi' });
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
    ).toEqual({ system: '', history: [{ role: 'assistant', content: 'a\n\nb\n\nc', toolCalls: [] }], content: 'a\n\nb' });
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
});
