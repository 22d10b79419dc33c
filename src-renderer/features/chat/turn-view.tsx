import { RotateCcw, X } from 'lucide-react';
import { memo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { replyParts } from '../../turn/reply-parts.ts';
import { isActive, type Turn } from '../../turn/thread.ts';
import { ToolCard } from '../../turn/tool-card.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { formatCount, formatDuration } from '../../ui/format.ts';
import { Markdown } from '../../ui/markdown.tsx';
import { Attachments } from './attachment-view.tsx';

type TurnViewProps = {
  readonly turn: Turn;
  /** A search led here. */
  readonly found: boolean;
  readonly onStop: (turnKey: string) => void;
  readonly onRetry: (turnKey: string) => void;
};

export const TurnView = memo(({ turn, found, onStop, onRetry }: TurnViewProps): ReactElement => {
  const { t } = useTranslation();
  const { openExternal } = useConsole();
  const active = isActive(turn);
  const parts = replyParts(turn.reply, turn.tools);
  return (
    <article className="relative mx-auto w-full max-w-[46rem] px-6 pt-5 pb-1">
      {found ? <span aria-hidden className="found absolute inset-x-1 inset-y-1 rounded-xl border-link/60 border-l-2" /> : null}
      {turn.question === null ? null : <Question turn={turn} onStop={onStop} />}
      {parts.length + turn.files.length === 0 ? null : <h2 className="sr-only">{t('chat.agentSaid', { agent: turn.agentId })}</h2>}
      <div className="flex flex-col gap-3">
        {parts.map((part, index) =>
          part.kind === 'text' ? (
            <Markdown key={part.key} text={part.text} streaming={active && index === parts.length - 1} onLink={openExternal} />
          ) : (
            <div key={part.key} className="flex flex-col gap-1.5">
              {part.steps.map((step) => (
                <ToolCard key={step.tool.id} step={step} messageId={turn.messageId} over={!active} />
              ))}
            </div>
          ),
        )}
        <Attachments attachments={turn.files} className="" />
        {turn.problem === null ? null : <Problem turn={turn} problem={turn.problem} onRetry={onRetry} />}
      </div>
      {/* One height for what is going on and for what can be done after: nothing moves when a reply ends. */}
      <div className="mt-1.5 flex h-8 items-center gap-1.5 text-muted-foreground text-xs">
        {active ? <Activity turn={turn} /> : <Footer turn={turn} onRetry={onRetry} />}
      </div>
    </article>
  );
});

const Question = ({ turn, onStop }: Pick<TurnViewProps, 'turn' | 'onStop'>): ReactElement => {
  const { t } = useTranslation();
  return (
    <div className="group/question mb-5 flex flex-col items-end">
      <h2 className="sr-only">{t('chat.youSaid')}</h2>
      <Attachments attachments={turn.attachments} className="mb-1.5 max-w-[85%] justify-end" />
      {/* Nothing is said where a client only brings the results of its tools. */}
      {turn.question === '' ? null : (
        <div className="max-w-[85%] whitespace-pre-wrap rounded-2xl rounded-br-md bg-muted px-4 py-2.5 text-[15px] leading-relaxed [overflow-wrap:anywhere]">
          {turn.question}
        </div>
      )}
      {turn.phase === 'queued' && turn.messageId !== null ? (
        <div className="mt-1 flex h-7 items-center gap-1 text-muted-foreground text-xs">
          {t('turn.queued')}
          <IconButton size="small" label={t('turn.cancelQueued')} onClick={() => onStop(turn.key)}>
            <X size={14} />
          </IconButton>
        </div>
      ) : null}
    </div>
  );
};

const Activity = ({ turn }: { readonly turn: Turn }): ReactElement | null => {
  const { t } = useTranslation();
  const { connection } = useConsole();
  const online = useStore(connection, (state) => state.phase === 'online');
  if (turn.phase === 'queued') return null;
  const phase =
    turn.phase === 'sending' && !online
      ? 'waiting'
      : (turn.phase as 'sending' | 'thinking' | 'running_tool' | 'awaiting_approval' | 'writing');
  return (
    <span className="flex items-center gap-2">
      <span className="shimmer size-1.5 rounded-full bg-link" aria-hidden />
      {t(`turn.${phase}`)}
    </span>
  );
};

const Footer = ({ turn, onRetry }: Pick<TurnViewProps, 'turn' | 'onRetry'>): ReactElement => {
  const { t, i18n } = useTranslation();
  const { usage, durationMs, reply, phase } = turn;
  const facts = [
    phase === 'cancelled' ? t('turn.cancelled') : null,
    phase === 'failed' ? null : turn.agentId,
    usage === null || usage.inputTokens + usage.outputTokens === 0
      ? null
      : t('chat.tokens', { input: formatCount(usage.inputTokens, i18n.language), output: formatCount(usage.outputTokens, i18n.language) }),
    durationMs === null ? null : t('chat.took', { duration: formatDuration(durationMs, i18n.language) }),
  ].filter((fact) => fact !== null && fact !== '');
  return (
    <>
      {reply === '' ? null : <CopyButton className="-ml-1.5" text={reply} label={t('chat.copy')} />}
      {phase === 'cancelled' && turn.question !== null ? (
        <IconButton size="small" label={t('turn.retry')} onClick={() => onRetry(turn.key)}>
          <RotateCcw size={14} />
        </IconButton>
      ) : null}
      <span className="truncate">{facts.join(' · ')}</span>
    </>
  );
};

const Problem = ({
  turn,
  problem,
  onRetry,
}: Pick<TurnViewProps, 'turn' | 'onRetry'> & { readonly problem: NonNullable<Turn['problem']> }): ReactElement => {
  const { t } = useTranslation();
  const { navigation } = useConsole();
  return (
    <ErrorCard error={problem}>
      {turn.question === null ? null : (
        <Button onClick={() => onRetry(turn.key)}>
          <RotateCcw size={14} aria-hidden />
          {t('turn.retry')}
        </Button>
      )}
      {problem.code.startsWith('MODEL_') ? <Button onClick={() => navigation.go('setup')}>{t('setup.open')}</Button> : null}
    </ErrorCard>
  );
};
