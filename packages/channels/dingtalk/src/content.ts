import type { Message } from '@openclaw/plugin-sdk';

/** One of DingTalk's templates with what fills it: https://open.dingtalk.com/document/orgapp/robot-message-type */
export type Content = { readonly msgKey: string; readonly msgParam: string };

export const contentOf = ({ content, format = 'markdown' }: Message): Content =>
  format === 'plain'
    ? { msgKey: 'sampleText', msgParam: JSON.stringify({ content }) }
    : { msgKey: 'sampleMarkdown', msgParam: JSON.stringify({ title: titleOf(content), text: markdownOf(content) }) };

/** What the list of chats and a notification show. */
const titleOf = (content: string): string =>
  (/\S[^\n]*/.exec(content)?.[0] ?? '')
    .replace(/[*_#`>]/g, '')
    .trim()
    .slice(0, 50) || '…';

/** DingTalk draws one line break as a space; and a picture would be loaded from wherever its address is. */
const markdownOf = (content: string): string => content.replace(/!\[([^\]\n]*)\]\(/g, '[$1](').replace(/([^\n])\n(?!\n)/g, '$1  \n');

/** What DingTalk takes as files. */
const takenAsFile = new Set(['doc', 'docx', 'xls', 'xlsx', 'ppt', 'pptx', 'zip', 'pdf', 'rar']);

/** @returns its ending, where DingTalk takes such files */
export const fileTypeOf = (name: string): string | null => {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return takenAsFile.has(ending) ? ending : null;
};
