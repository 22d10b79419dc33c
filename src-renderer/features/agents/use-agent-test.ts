import { useCallback, useRef, useState } from 'react';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { applyEvent, isActive, newTurn, type Turn } from '../../turn/thread.ts';

export type AgentTest = {
  readonly content: string;
  readonly setContent: (content: string) => void;
  readonly turn: Turn | null;
  readonly error: Pick<ApiError, 'code' | 'message' | 'hint'> | null;
  readonly busy: boolean;
  readonly sessionId: string | null;
  readonly run: () => Promise<void>;
  readonly stop: () => void;
  /** Its session stays; by this it is opened. */
  readonly keep: () => string | null;
  /** Ends what is under way and deletes what it has left. */
  readonly forget: () => void;
};

type Run = { sessionId: string; messageId: string; readonly abort: AbortController };

/** Tests of one agent, one after the other. */
export const useAgentTest = (agentId: string, example: string): AgentTest => {
  const { agentsPage, now } = useConsole();
  const [content, setContent] = useState(example);
  const [turn, setTurn] = useState<Turn | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const last = useRef<Run | null>(null);

  const forget = useCallback((): void => {
    const run = last.current;
    last.current = null;
    run?.abort.abort();
    // Deleting a session ends its turn, too.
    if (run && run.sessionId !== '') void agentsPage.forgetTest(run.sessionId);
  }, [agentsPage]);

  const run = async (): Promise<void> => {
    forget();
    const mine: Run = { sessionId: '', messageId: '', abort: new AbortController() };
    last.current = mine;
    setBusy(true);
    setFailure(null);
    setTurn(newTurn({ key: 'test', askedAt: now(), agentId }));
    try {
      await agentsPage.test(
        agentId,
        content,
        (frame) => {
          if (frame.sessionId !== '') mine.sessionId = frame.sessionId;
          if (frame.messageId !== '') mine.messageId = frame.messageId;
          if (last.current === mine)
            setTurn((before) => before && { ...applyEvent(before, frame, frame.timestamp), messageId: frame.messageId });
        },
        mine.abort.signal,
      );
    } catch (thrown) {
      if (last.current === mine) {
        setFailure(ApiError.from(thrown));
        setTurn((before) => (before && isActive(before) ? null : before));
      }
    }
    // Closed before its session was known: it goes now.
    if (last.current !== mine && mine.sessionId !== '') void agentsPage.forgetTest(mine.sessionId);
    if (last.current === mine) setBusy(false);
  };

  return {
    content,
    setContent,
    turn,
    error: failure ?? (turn?.problem ? { ...turn.problem, hint: turn.problem.hint } : null),
    busy,
    sessionId: last.current?.sessionId || null,
    run,
    stop: () => void (last.current && agentsPage.stopTest(last.current.messageId)),
    keep: () => {
      const ref = last.current?.sessionId || null;
      last.current = null;
      return ref;
    },
    forget,
  };
};
