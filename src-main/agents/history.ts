import type { EventRow } from '../storage/database.ts';
import type { ModelToolCall } from './models/model-client.ts';
import type { WithAttachments } from './read-attachments.ts';

/** Events read at most for a prompt, and their text at most (UTF-16 units): older ones are left out. */
export const historyEvents = 400;
const historyChars = 400_000;

/**
 * The event log of a session as a model wants it: user, assistant (with tool calls), tool results. `current` is the
 * message being answered: left out. So are those that wait behind it: the log has a message as soon as it is accepted,
 * perhaps before an earlier one's reply. Hence turn by turn, in the order in which they ended.
 */
export const toModelMessages = (rows: readonly EventRow[], current: string): WithAttachments[] => {
  const messages: WithAttachments[] = [];
  for (const { event } of endedTurns(rows, current).flat()) {
    if (event.type === 'message')
      messages.push({ role: 'user', content: event.content, ...(event.attachments ? { attachments: event.attachments } : {}) });
    else if (event.type === 'response') messages.push({ role: 'assistant', content: event.content, toolCalls: [] });
    else if (event.type === 'tool_call' && event.tool.status !== 'started' && event.tool.status !== 'awaiting_approval')
      pushToolCall(messages, event.tool.id, event.tool.name, event.tool.arguments, event.tool.result ?? '');
    else if ((event.type === 'error' || event.type === 'status') && event.partial)
      messages.push({ role: 'assistant', content: event.partial, toolCalls: [] });
  }
  return newest(messages);
};

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
