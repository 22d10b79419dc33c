import type { Message } from '../../message.ts';

/** What people write: several scripts, joined emoji, right to left, marks of Markdown and HTML, quotes, a line break. */
export const everything = 'Grüße, 你好 👩‍👩‍👧 שלום <b>&amp; *a* _b_ `c` \\ "d"\nnext line';

export const message = (id: string, content: string, more: Partial<Message> = {}): Message => ({
  id,
  content,
  format: 'plain',
  idempotencyKey: `key-${id}`,
  ...more,
});
