import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { isActive } from '../../turn/thread.ts';
import { openThread } from './chat-store.ts';

/** How long text is gathered before it is read out, so that a reader does not stammer letter by letter. */
const gatherMs = 1_500;

/** Tells screen readers what the last turn does: whole sentences while it streams, then how it ended. */
export const Announcer = (): ReactElement => {
  const { t } = useTranslation();
  const { chat } = useConsole();
  const turn = useStore(chat, (state) => openThread(state).turns.findLast((one) => one.localId !== null));
  const [said, setSaid] = useState('');
  const upTo = useRef({ key: '', length: 0 });
  const active = turn !== undefined && isActive(turn);

  useEffect(() => {
    if (!turn) return undefined;
    if (upTo.current.key !== turn.key) {
      upTo.current = { key: turn.key, length: 0 };
      setSaid(t('announce.working', { agent: turn.agentId }));
    }
    const fresh = turn.reply.slice(upTo.current.length);
    if (!active) {
      const names = turn.files.map(({ name }) => name).join(', ');
      upTo.current.length = Number.POSITIVE_INFINITY;
      if (turn.phase === 'failed') setSaid(t('announce.failed', { message: turn.problem?.message ?? '' }));
      else if (turn.phase === 'cancelled') setSaid(t('announce.cancelled'));
      else setSaid([fresh, ...(names === '' ? [] : [`${t('chat.attachments')}: ${names}.`]), t('announce.done')].join(' '));
      return undefined;
    }
    const whole = /^[\s\S]*[.!?。！？\n]/.exec(fresh)?.[0];
    if (whole === undefined) return undefined;
    const timer = setTimeout(() => {
      upTo.current.length += whole.length;
      setSaid(whole);
    }, gatherMs);
    return () => clearTimeout(timer);
  }, [turn, active, t]);

  return (
    <div role="status" aria-live="polite" className="sr-only">
      {said}
    </div>
  );
};
