import type { Attachment, ToolCall } from '../../src-shared/contract/events.ts';
import type { EventRow, SessionRow } from '../storage/database.ts';

/** A session as a person reads it. What was said is Markdown already and stands as it is; what tools were given and gave is fenced. */
export const markdownHead = (session: SessionRow, exportedAt: number): string =>
  [
    `# ${oneLine(session.title) || 'Session'}`,
    '',
    `- Session: ${session.name === null ? session.id : `${session.name} (${session.id})`}`,
    `- Agent: ${session.agentId}`,
    `- Channel: ${oneLine(session.channel)}`,
    `- Begun: ${iso(session.createdAt)}`,
    `- Last used: ${iso(session.updatedAt)}`,
    `- Exported: ${iso(exportedAt)}`,
    '',
  ].join('\n');

/** One event, with a blank line before it. */
export const markdownOf = ({ event, at }: EventRow, agentId: string): string => {
  switch (event.type) {
    case 'message':
      return `${said('User', at, event.content)}${files(event.attachments)}`;
    case 'response':
      return `${said(agentId, at, event.content)}${files(event.attachments)}`;
    case 'tool_call':
      return toolCall(event.tool, at);
    case 'error':
      return `${said(agentId, at, event.partial ?? '')}\n**${event.code}**: ${oneLine(event.content)}\n`;
    case 'status':
      return `${event.partial === undefined ? '' : said(agentId, at, event.partial)}\n*${oneLine(event.content)}* · ${iso(at)}\n`;
    case 'summary':
      return '';
  }
};

const said = (who: string, at: number, content: string): string =>
  `\n## ${who} · ${iso(at)}\n${content.trim() === '' ? '' : `\n${closed(content)}\n`}`;

/** Only their names: what is in them is not part of what was said. */
const files = (attachments: readonly Attachment[] = []): string =>
  attachments.length === 0 ? '' : `\n${attachments.map(({ name, size }) => `- ${oneLine(name)} (${size} bytes)`).join('\n')}\n`;

const toolCall = (tool: ToolCall, at: number): string =>
  tool.status === 'started' || tool.status === 'handed_over'
    ? `\n### Tool ${oneLine(tool.name)} · ${iso(at)}\n\n${fenced(JSON.stringify(tool.arguments, null, 2), 'json')}`
    : `\n### ${tool.status === 'failed' ? 'Failure' : 'Result'} of ${oneLine(tool.name)}${
        tool.durationMs === undefined ? '' : ` · ${tool.durationMs} ms`
      } · ${iso(at)}\n${tool.result === undefined ? '' : `\n${fenced(tool.result, '')}`}`;

/** In a fence that nothing inside can close. */
const fenced = (text: string, language: string): string => {
  const longest = (text.match(/`{3,}/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}\n`;
};

/** With the fence closed that the text left open (a reply that was cut off), or all that follows would be code. */
const closed = (text: string): string => {
  let open: string | null = null;
  for (const [, fence = '', info = ''] of text.matchAll(/^ {0,3}(`{3,}|~{3,})(.*)$/gm)) {
    if (open === null) open = fence;
    else if (fence[0] === open[0] && fence.length >= open.length && info.trim() === '') open = null;
  }
  return open === null ? text.trimEnd() : `${text.trimEnd()}\n${open}`;
};

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

const iso = (at: number): string => new Date(at).toISOString();
