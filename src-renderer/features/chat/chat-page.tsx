import { PanelLeftClose, PanelLeftOpen, RotateCcw } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { OfflineBanner } from '../../model/offline-banner.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { formatCount } from '../../ui/format.ts';
import { formatUsd } from '../../ui/format-usd.ts';
import { Announcer } from './announcer.tsx';
import { openThread } from './chat-store.ts';
import { Composer } from './composer.tsx';
import { EmptyChat } from './empty-chat.tsx';
import { MessageList } from './message-list.tsx';
import { SessionList } from './session-list.tsx';

export const ChatPage = (): ReactElement => {
  const { t } = useTranslation();
  const { chat } = useConsole();
  const openKey = useStore(chat, (state) => state.openKey);
  const [listShown, setListShown] = useState(true);
  const Toggle = listShown ? PanelLeftClose : PanelLeftOpen;
  return (
    <div className="flex min-h-0 flex-1">
      {listShown ? <SessionList /> : null}
      <main className="flex min-w-0 flex-1 flex-col">
        <header className="flex h-12 shrink-0 items-center gap-2 border-b px-3">
          <IconButton
            label={t(listShown ? 'sessions.hide' : 'sessions.show')}
            aria-expanded={listShown}
            onClick={() => setListShown(!listShown)}
          >
            <Toggle size={17} />
          </IconButton>
          <Title />
          <SessionSum />
        </header>
        <OfflineBanner />
        <Conversation key={openKey} />
        <Composer key={`composer-${openKey}`} />
        <Announcer />
      </main>
    </div>
  );
};

const Title = (): ReactElement => {
  const { t } = useTranslation();
  const { chat } = useConsole();
  const title = useStore(chat, (state) => {
    const { session, turns } = openThread(state);
    return session?.title ?? turns[0]?.question?.split('\n', 1)[0];
  });
  return <h1 className="truncate font-semibold text-sm">{title || t('sessions.new')}</h1>;
};

/** What the chat has taken so far; of a long one, what is loaded of it. */
const SessionSum = (): ReactElement | null => {
  const { t, i18n } = useTranslation();
  const { chat } = useConsole();
  const { turns, olderCursor } = useStore(chat, openThread);
  const usages = turns.flatMap(({ usage }) => usage ?? []);
  const tokens = usages.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0);
  const costUsd = usages.reduce((sum, usage) => sum + usage.costUsd, 0);
  if (tokens === 0) return null;
  return (
    <span title={t('chat.sumText')} className="ml-auto shrink-0 text-muted-foreground text-xs tabular-nums">
      {olderCursor === null ? '' : '≥ '}
      {t('chat.sum', { tokens: formatCount(tokens, i18n.language) })}
      {costUsd > 0 ? ` · ${formatUsd(costUsd, i18n.language)}` : ''}
    </span>
  );
};

const Conversation = (): ReactElement => {
  const { chat, status, connection } = useConsole();
  const { turns, loading, error } = useStore(chat, openThread);
  // The banner above comes with the first status; nothing is shown that it would push down.
  const statusKnown = useStore(status, (state) => state.status !== null);
  const offline = useStore(connection, (state) => state.phase === 'offline');
  if (!statusKnown && !offline) return <div className="flex-1" />;
  if (turns.length > 0) return <MessageList />;
  if (loading === 'first') return <Skeleton />;
  return error ? <Failure /> : <EmptyChat />;
};

const Skeleton = (): ReactElement => {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('chat.loading')} className="min-h-0 flex-1 overflow-hidden">
      <div className="shimmer mx-auto flex w-full max-w-[46rem] flex-col gap-4 px-6 pt-7" aria-hidden>
        <div className="h-11 w-2/5 self-end rounded-2xl bg-muted" />
        <div className="h-4 w-11/12 rounded bg-muted" />
        <div className="h-4 w-4/5 rounded bg-muted" />
        <div className="h-4 w-3/5 rounded bg-muted" />
      </div>
    </div>
  );
};

const Failure = (): ReactElement | null => {
  const { t } = useTranslation();
  const { chat } = useConsole();
  const error = useStore(chat, (state) => openThread(state).error);
  if (error === null) return null;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div role="alert" className="mx-auto w-full max-w-[46rem] px-6 pt-7">
        <ErrorCard error={error} title={t('chat.failed')}>
          <Button onClick={() => void chat.reload()}>
            <RotateCcw size={14} aria-hidden />
            {t('turn.retry')}
          </Button>
          <Button onClick={() => chat.newChat(null)}>{t('sessions.new')}</Button>
        </ErrorCard>
      </div>
    </div>
  );
};
