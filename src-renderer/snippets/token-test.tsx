import { LoaderCircle, Play } from 'lucide-react';
import { type FormEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/api-error.ts';
import { useConsole } from '../console-context.ts';
import type { TokenTest as Result } from '../features/tokens/tokens-store.ts';
import { Button } from '../ui/button.tsx';
import { cx } from '../ui/class-names.ts';
import { ErrorCard } from '../ui/error-card.tsx';
import { TextField } from '../ui/field.tsx';
import { formatDuration } from '../ui/format.ts';

type Outcome = { readonly result: Result } | { readonly error: ApiError };

/** One real message with the token, and what came back. */
export const TokenTest = ({ secret }: { readonly secret: string }): ReactElement => {
  const { t } = useTranslation();
  const { tokens } = useConsole();
  const [content, setContent] = useState<string>(() => t('tokens.test.default'));
  const [outcome, setOutcome] = useState<Outcome | 'running' | null>(null);
  const shown = useRef<HTMLDivElement>(null);
  // In a low window it would come where nobody looks.
  useEffect(() => {
    if (outcome !== null) shown.current?.scrollIntoView({ block: 'nearest' });
  }, [outcome]);
  const run = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (outcome === 'running' || content.trim() === '') return;
    setOutcome('running');
    try {
      setOutcome({ result: await tokens.test(secret, content) });
    } catch (thrown) {
      setOutcome({ error: ApiError.from(thrown) });
    }
  };
  return (
    <section>
      <h3 className="font-medium">{t('tokens.test.title')}</h3>
      <p className="text-muted-foreground text-xs">{t('tokens.test.text')}</p>
      <form onSubmit={(event) => void run(event)} className="mt-2 flex items-end gap-2">
        <TextField
          className="flex-1"
          label={t('tokens.test.message')}
          value={content}
          maxLength={4_000}
          onChange={(event) => setContent(event.target.value)}
        />
        <Button type="submit" look="primary" className="h-9" disabled={outcome === 'running' || content.trim() === ''}>
          {outcome === 'running' ? <LoaderCircle size={14} className="spin" aria-hidden /> : <Play size={14} aria-hidden />}
          {t('tokens.test')}
        </Button>
      </form>
      <div ref={shown} role="status" className="mt-3 empty:hidden">
        {outcome === 'running' ? <p className="text-muted-foreground">{t('tokens.test.running')}</p> : null}
        {outcome === null || outcome === 'running' ? null : 'error' in outcome ? (
          <ErrorCard error={outcome.error} title={t('tokens.test.failed')} />
        ) : (
          <Answer {...outcome.result} />
        )}
      </div>
    </section>
  );
};

const Answer = ({ answer, tookMs }: Result): ReactElement => {
  const { t, i18n } = useTranslation();
  const good = answer.status === 'completed';
  return (
    <div className="overflow-hidden rounded-lg border">
      <p className="flex items-center gap-2 border-b bg-card px-3.5 py-2 text-xs">
        <span aria-hidden className={cx('size-1.5 rounded-full', good ? 'bg-ok' : 'bg-bad')} />
        <span className="font-medium">{t(`tokens.test.status.${answer.status}`)}</span>
        <span className="text-muted-foreground tabular-nums">
          {formatDuration(tookMs, i18n.language)} · {answer.agentId}
        </span>
      </p>
      <div className="flex flex-col gap-2 px-3.5 py-3">
        {answer.finalReply === '' ? null : <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">{answer.finalReply}</p>}
        {answer.error ? <ErrorCard error={answer.error} /> : null}
      </div>
    </div>
  );
};
