import type { HistoryItem } from '../../../src-shared/contract/rest.ts';
import type { TurnFrame } from '../../../src-shared/contract/ws.ts';
import { applyEvent, isActive, newTurn, type Turn } from '../../turn/thread.ts';

type RunningTurn = { readonly messageId: string; readonly agentId: string; readonly partial: string };

/** A page of history as turns, oldest first. The first may have begun on an older page. */
export const turnsFromHistory = (items: readonly HistoryItem[], running: readonly RunningTurn[], agentId: string): readonly Turn[] => {
  const turns = new Map<string, Turn>();
  for (const { messageId, seq, timestamp, event } of items) {
    const turn = turns.get(messageId) ?? newTurn({ key: messageId, messageId, order: seq, askedAt: timestamp, agentId });
    turns.set(messageId, applyEvent(turn, event, timestamp));
  }
  for (const { messageId, agentId: by, partial } of running) {
    const turn = turns.get(messageId) ?? newTurn({ key: messageId, messageId, askedAt: 0, agentId: by });
    if (!isActive(turn)) continue;
    const phase = partial === '' ? turn.phase : 'writing';
    turns.set(messageId, { ...turn, agentId: by, reply: partial, phase });
  }
  return [...turns.values()].sort((a, b) => a.order - b.order);
};

type Middle = { readonly items: readonly HistoryItem[]; readonly afterSeq: number; readonly lastSeq: number; readonly agentId: string };

/**
 * A page from the middle of a history. Turns that end after it are left to the next one (`newerAfter`; null: there is
 * none), for here they would look as if they were at work – but never all of them, and not the one to `keep`.
 */
export const turnsFromMiddle = (
  { items, afterSeq, lastSeq, agentId }: Middle,
  keep?: string,
): { readonly turns: readonly Turn[]; readonly newerAfter: number | null } => {
  const turns = turnsFromHistory(items, [], agentId);
  const end = items.at(-1)?.seq ?? afterSeq;
  if (items.length === 0 || end >= lastSeq) return { turns, newerAfter: null };
  const cut = turns.filter(isActive);
  const before = Math.min(end, ...cut.map(({ order }) => order - 1));
  if (before <= afterSeq || cut.some(({ messageId }) => messageId === keep)) return { turns, newerAfter: end };
  return { turns: turns.filter((turn) => !isActive(turn)), newerAfter: before };
};

/**
 * Lays a page of history over what is known. Of a turn that both have, the one that knows more wins: an end over a
 * running turn, the longer reply, every tool call of either.
 */
export const mergeTurns = (known: readonly Turn[], page: readonly Turn[]): readonly Turn[] => {
  const merged = [...known];
  for (const turn of page) {
    const index = merged.findIndex((one) => one.messageId === turn.messageId);
    const old = merged[index];
    if (old) merged[index] = mergeTurn(old, turn);
    else merged.push(turn);
  }
  // Sorting is stable: what waits for its first seq stays last, in the order it was typed.
  return merged.sort((a, b) => (a.order === b.order ? 0 : a.order - b.order));
};

const mergeTurn = (old: Turn, page: Turn): Turn => {
  const pageKnowsMore = (isActive(old) && !isActive(page)) || (isActive(old) && page.reply.length > old.reply.length);
  const [more, less] = pageKnowsMore ? [page, old] : [old, page];
  const tools = [...less.tools.filter(({ tool }) => !more.tools.some((step) => step.tool.id === tool.id)), ...more.tools];
  return {
    ...more,
    key: old.key,
    localId: old.localId,
    order: Math.min(old.order, page.order),
    question: page.question ?? old.question,
    attachments: page.question === null ? old.attachments : page.attachments,
    askedAt: page.question === null ? old.askedAt : page.askedAt,
    tools,
  };
};

type Applied = { readonly turns: readonly Turn[]; readonly strange: boolean };

/** Applies a live frame. A turn that another client began has no question yet: `strange` asks for the history. */
export const applyFrame = (turns: readonly Turn[], frame: TurnFrame): Applied => {
  const mine = turns.find((turn) => turn.messageId === null && turn.localId !== null && turn.localId === frame.replyTo);
  const known = frame.messageId === '' ? undefined : turns.find((turn) => turn.messageId === frame.messageId);
  const old = mine ?? known;
  if (old === undefined && frame.messageId === '') return { turns, strange: false };
  const base = old ?? newTurn({ key: frame.messageId, messageId: frame.messageId, askedAt: frame.timestamp, agentId: frame.agentId });
  const turn = applyEvent(
    {
      ...base,
      messageId: frame.messageId || base.messageId,
      agentId: frame.agentId || base.agentId,
      order: Math.min(base.order, known?.order ?? Number.POSITIVE_INFINITY, frame.seq ?? Number.POSITIVE_INFINITY),
    },
    frame,
    frame.timestamp,
  );
  if (old === undefined) return { turns: [...turns, turn], strange: true };
  // History can have shown a message of ours before its first frame came: then it stands there twice, and the page's copy goes.
  const rest = mine && known ? turns.filter((one) => one !== known) : turns;
  return { turns: rest.map((one) => (one === old ? turn : one)), strange: false };
};
