import { FlaskConical, Square } from 'lucide-react';
import { type FormEvent, type ReactElement, useEffect, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useConsole } from '../../console-context.ts';
import { replyParts } from '../../turn/reply-parts.ts';
import { isActive, type Turn } from '../../turn/thread.ts';
import { ToolCard } from '../../turn/tool-card.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { formatCount, formatDuration } from '../../ui/format.ts';
import { formatUsd } from '../../ui/format-usd.ts';
import { Markdown } from '../../ui/markdown.tsx';
import { useAgentTest } from './use-agent-test.ts';

type TestAgentDialogProps = { readonly id: string; readonly name: string; readonly onClose: () => void };

/** One real message to the agent as it is saved: what it answers, uses and costs. */
export const TestAgentDialog = ({ id, name, onClose }: TestAgentDialogProps): ReactElement => {
  const { t } = useTranslation();
  const { chat, navigation } = useConsole();
  const form = useId();
  const field = useId();
  const test = useAgentTest(id, t('agents.test.example'));
  const { turn, error, busy } = test;
  // What nobody wants to go on with is not left in the list of chats.
  useEffect(() => test.forget, [test.forget]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!busy && test.content.trim() !== '') void test.run();
  };
  const openChat = (): void => {
    const ref = test.keep();
    if (ref === null) return;
    chat.openRef(ref);
    navigation.go('chat');
  };
  return (
    <Dialog
      wide
      title={t('agents.testOne', { name })}
      onClose={onClose}
      actions={
        <>
          {test.sessionId === null || busy ? null : (
            <Button className="mr-auto" onClick={openChat}>
              {t('agents.test.open')}
            </Button>
          )}
          <Button onClick={onClose}>{t('dialog.close')}</Button>
          {busy ? (
            <Button look="primary" onClick={test.stop}>
              <Square size={12} fill="currentColor" aria-hidden />
              {t('composer.stop')}
            </Button>
          ) : (
            <Button look="primary" type="submit" form={form} disabled={test.content.trim() === ''}>
              <FlaskConical size={14} aria-hidden />
              {t('agents.test.run')}
            </Button>
          )}
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-1.5">
        <label htmlFor={field} className="font-medium text-[13px]">
          {t('agents.test.message')}
        </label>
        <textarea
          id={field}
          value={test.content}
          rows={2}
          data-autofocus
          onChange={(event) => test.setContent(event.target.value)}
          className="w-full resize-y rounded-lg border border-input bg-background px-3 py-2 text-[13px] focus-visible:outline-offset-0"
        />
        <p className="text-muted-foreground text-xs">{t('agents.test.help')}</p>
      </form>
      {turn === null ? null : <Answer turn={turn} />}
      <div role="alert" className="mt-3 empty:hidden">
        {error ? (
          <ErrorCard error={error}>
            {error.code.startsWith('MODEL_') ? <Button onClick={() => navigation.go('setup')}>{t('setup.open')}</Button> : null}
          </ErrorCard>
        ) : null}
      </div>
    </Dialog>
  );
};

const Answer = ({ turn }: { readonly turn: Turn }): ReactElement => {
  const { t, i18n } = useTranslation();
  const { openExternal } = useConsole();
  const active = isActive(turn);
  const parts = replyParts(turn.reply, turn.tools);
  const { usage, durationMs } = turn;
  const facts = [
    turn.phase === 'cancelled' ? t('turn.cancelled') : null,
    usage === null
      ? null
      : t('chat.tokens', { input: formatCount(usage.inputTokens, i18n.language), output: formatCount(usage.outputTokens, i18n.language) }),
    usage === null ? null : t('agents.test.cost', { cost: formatUsd(usage.costUsd, i18n.language) }),
    durationMs === null ? null : t('chat.took', { duration: formatDuration(durationMs, i18n.language) }),
  ].filter((fact) => fact !== null);
  return (
    <section aria-label={t('agents.test.answer')} aria-busy={active} className="mt-4 flex flex-col gap-3 rounded-lg border px-4 py-3">
      {parts.map((part, index) =>
        part.kind === 'text' ? (
          <Markdown key={part.key} text={part.text} streaming={active && index === parts.length - 1} onLink={openExternal} />
        ) : (
          part.steps.map((step) => <ToolCard key={step.tool.id} step={step} messageId={turn.messageId} over={!active} />)
        ),
      )}
      <p role="status" className="text-muted-foreground text-xs tabular-nums">
        {active ? t('agents.test.running') : facts.join(' · ')}
      </p>
    </section>
  );
};
