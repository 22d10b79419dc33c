import type { ToolCall } from '../../src-shared/contract/events.ts';
import type { EventRow } from '../storage/database.ts';
import type { ModelToolCall } from './models/model-client.ts';
import type { WithAttachments } from './read-attachments.ts';

/** Events read at most for a prompt, and their text at most (UTF-16 units): older ones are left out. */
export const historyEvents = 400;
export const historyChars = 400_000;

/**
 * The event log of a session as a model wants it: user, assistant (with tool calls), tool results. `current` is the
 * message being answered: left out. So are those that wait behind it: the log has a message as soon as it is accepted,
 * perhaps before an earlier one's reply. Hence turn by turn, in the order in which they ended.
 */
export const toModelMessages = (rows: readonly EventRow[], current: string): WithAttachments[] => asMessages(pastOf(rows, current));

/** A turn that has ended, as a model wants it. `endSeq` orders the turns. */
export type PastTurn = { readonly endSeq: number; readonly events: number; readonly chars: number; readonly messages: WithAttachments[] };
/** What was said; `summary` stands for all turns before those that are here. */
export type Past = {
  readonly summary: string | null;
  readonly turns: readonly PastTurn[];
  /** Calls that clients were asked to run. */
  readonly handedOver: readonly ToolCall[];
};

export const pastOf = (rows: readonly EventRow[], current: string): Past => {
  const summary = rows.findLast(({ event }) => event.type === 'summary')?.event;
  const upToSeq = summary?.type === 'summary' ? summary.upToSeq : 0;
  const turns = endedTurns(rows, current)
    .map(pastTurn)
    .filter(({ endSeq }) => endSeq > upToSeq);
  const handedOver = rows.flatMap(({ event }) => (event.type === 'tool_call' && event.tool.status === 'handed_over' ? [event.tool] : []));
  return { summary: summary?.type === 'summary' ? summary.content : null, turns, handedOver };
};

/** The newest that there is room for. */
export const asMessages = ({ summary, turns }: Past): WithAttachments[] => {
  const messages = newest(turns.flatMap((turn) => turn.messages));
  if (summary === null) return messages;
  return [
    { role: 'user', content: `What was said before, in short:\n${summary}` },
    { role: 'assistant', content: 'I go on from there.', toolCalls: [] },
    ...messages,
  ];
};

const pastTurn = (rows: EventRow[]): PastTurn => {
  const messages: WithAttachments[] = [];
  for (const { event } of rows) {
    // Neither is said where a client's tool is called and its result is brought.
    if (event.type === 'message' && (event.content !== '' || event.attachments))
      messages.push({ role: 'user', content: event.content, ...(event.attachments ? { attachments: event.attachments } : {}) });
    else if (event.type === 'response' && event.content !== '') messages.push({ role: 'assistant', content: event.content, toolCalls: [] });
    else if (event.type === 'tool_call' && hasResult(event.tool))
      pushToolCall(messages, event.tool.id, event.tool.name, event.tool.arguments, event.tool.result ?? '');
    else if ((event.type === 'error' || event.type === 'status') && event.partial)
      messages.push({ role: 'assistant', content: event.partial, toolCalls: [] });
  }
  const chars = messages.reduce((sum, { content }) => sum + content.length, 0);
  return { endSeq: rows.findLast(isEnd)?.seq ?? 0, events: rows.length, chars, messages };
};

/** A call that was handed over comes again with its result, in the turn that brought it. */
const hasResult = ({ status }: ToolCall): boolean => status === 'finished' || status === 'failed' || status === 'denied';

const endedTurns = (rows: readonly EventRow[], current: string): EventRow[][] => {
  const turns = new Map<string, EventRow[]>();
  for (const row of rows) {
    // Set anew at its end, so that the map's order is the order of the ends.
    const turn = turns.get(row.messageId) ?? [];
    if (isEnd(row)) turns.delete(row.messageId);
    turn.push(row);
    turns.set(row.messageId, turn);
  }
  turns.delete(current);
  return [...turns.values()].filter((turn) => turn.some(isEnd));
};

const isEnd = ({ event }: EventRow): boolean =>
  event.type === 'response' || event.type === 'error' || (event.type === 'status' && event.state === 'cancelled');

const pushToolCall = (messages: WithAttachments[], id: string, name: string, args: Record<string, unknown>, result: string): void => {
  const call: ModelToolCall = { id, name, argumentsJson: JSON.stringify(args) };
  messages.push({ role: 'assistant', content: '', toolCalls: [call] }, { role: 'tool', toolCallId: id, name, content: result });
};

const newest = (messages: WithAttachments[]): WithAttachments[] => {
  let chars = 0;
  let first = messages.length;
  while (first > 0 && chars + (messages[first - 1]?.content.length ?? 0) <= historyChars) {
    first -= 1;
    chars += messages[first]?.content.length ?? 0;
  }
  // A conversation begins with the user: wires refuse a tool result whose call was cut off.
  while (first < messages.length && messages[first]?.role !== 'user') first += 1;
  return messages.slice(first);
};
