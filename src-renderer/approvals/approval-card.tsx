import { ShieldAlert } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Approval } from '../../src-shared/contract/events.ts';
import { readTouch } from '../../src-shared/touches.ts';
import type { ApiError } from '../api/api-error.ts';
import { useConsole } from '../console-context.ts';
import { Button } from '../ui/button.tsx';
import { ErrorCard } from '../ui/error-card.tsx';
import { formatDuration } from '../ui/format.ts';
import type { Remember } from './answer-approval.ts';

/** What exactly would happen, and the buttons that let it or not. */
export const ApprovalCard = ({ approval }: { readonly approval: Approval }): ReactElement => {
  const { t } = useTranslation();
  const { answerApproval } = useConsole();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const inWords = (text: string): string => {
    const known = readTouch(text);
    const { name = '', bytes = '' } = known?.values ?? {};
    return known ? t(`approval.touch.${known.code}`, { name, bytes }) : text;
  };
  const answer = async (decision: 'approve' | 'deny', remember?: Remember): Promise<void> => {
    setBusy(true);
    setProblem(await answerApproval(approval.id, decision, remember));
    setBusy(false);
  };
  return (
    <section aria-label={t('approval.title')} className="overflow-hidden rounded-xl border border-warn/40 bg-warn-soft text-[13px]">
      <header className="flex items-center gap-2 px-4 pt-3">
        <ShieldAlert size={16} className="shrink-0 text-warn" aria-hidden />
        <h3 className="min-w-0 flex-1 font-semibold">{t('approval.asks', { agent: approval.agentId, tool: approval.tool })}</h3>
        <Countdown until={approval.expiresAt} />
      </header>
      <div className="flex flex-col gap-2 px-4 pt-2">
        <pre className="max-h-40 overflow-auto whitespace-pre-wrap break-words rounded-md bg-background px-2.5 py-2 font-mono text-[12.5px]">
          {approval.title}
        </pre>
        <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5 text-muted-foreground text-xs">
          {approval.cwd === null ? null : <Fact name={t('approval.cwd')} value={approval.cwd} />}
          <Fact name={t('approval.touches')} value={approval.touches.map(inWords).join(t('approval.touch.and'))} />
          {approval.sandbox === null ? null : (
            <Fact name={t('approval.sandbox')} value={approval.sandbox === 'none' ? t('approval.notSandboxed') : approval.sandbox} />
          )}
        </dl>
        {approval.preview === null ? null : (
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
            tabIndex={0}
            className="max-h-48 overflow-auto whitespace-pre-wrap break-words rounded-md bg-background px-2.5 py-2 font-mono text-[12px]"
          >
            {approval.preview}
          </pre>
        )}
        <div role="alert" className="empty:hidden">
          {problem ? <ErrorCard error={problem} /> : null}
        </div>
      </div>
      <div className="flex flex-wrap gap-2 px-4 py-3">
        <Button look="primary" disabled={busy} onClick={() => void answer('approve')}>
          {t(approval.needsPin ? 'approval.allowPin' : 'approval.allow')}
        </Button>
        {approval.needsPin ? null : (
          <>
            <Button disabled={busy} onClick={() => void answer('approve', 'session')}>
              {t('approval.allowSession')}
            </Button>
            <Button disabled={busy} onClick={() => void answer('approve', 'always')}>
              {t('approval.allowAlways')}
            </Button>
          </>
        )}
        <Button disabled={busy} onClick={() => void answer('deny')}>
          {t('approval.deny')}
        </Button>
      </div>
    </section>
  );
};

const Fact = ({ name, value }: { readonly name: string; readonly value: string }): ReactElement => (
  <>
    <dt>{name}</dt>
    <dd className="min-w-0 break-words text-foreground">{value}</dd>
  </>
);

const Countdown = ({ until }: { readonly until: number }): ReactElement => {
  const { i18n } = useTranslation();
  const { now } = useConsole();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <span className="shrink-0 text-muted-foreground text-xs tabular-nums">
      {formatDuration(Math.max(0, Math.ceil((until - now()) / 1_000) * 1_000), i18n.language)}
    </span>
  );
};
