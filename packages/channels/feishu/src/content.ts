import type { Action, Message } from '@openclaw/plugin-sdk';

export type Content = { readonly msg_type: string; readonly content: string };

/** Plain words are a text; Markdown and buttons need a card: https://open.feishu.cn/document/feishu-cards/card-json-v2-structure */
export const contentOf = ({ content, format = 'markdown', actions = [] }: Message): Content => {
  if (format === 'plain' && actions.length === 0) return { msg_type: 'text', content: JSON.stringify({ text: withoutMentions(content) }) };
  const words =
    format === 'plain' ? { tag: 'div', text: { tag: 'plain_text', content } } : { tag: 'markdown', content: cardMarkdown(content) };
  const card = { schema: '2.0', config: { update_multi: true }, body: { elements: [words, ...actions.map(button)] } };
  return { msg_type: 'interactive', content: JSON.stringify(card) };
};

const button = ({ id, label, style }: Action): object => ({
  tag: 'button',
  type: style ?? 'default',
  text: { tag: 'plain_text', content: label },
  behaviors: [{ type: 'callback', value: { action: id } }],
});

/** `<at …>` in a text calls people, also all of them: what an agent writes does not. The two are parted by a space of no width. */
const withoutMentions = (text: string): string => text.replace(/<(?=\/?at\b)/gi, '<\u200B');

/** A card takes pictures by key only, so one by address becomes a link. */
const cardMarkdown = (text: string): string => text.replace(/<(?=\/?at\b)/gi, '&#60;').replace(/!\[([^\]\n]*)\]\(/g, '[$1](');
