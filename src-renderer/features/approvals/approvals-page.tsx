import { MessageSquare, ShieldCheck, ShieldX } from 'lucide-react';
import { type ReactElement, type ReactNode, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Approval } from '../../../src-shared/contract/events.ts';
import type { ApprovalRule } from '../../../src-shared/contract/routes/approvals.ts';
import { ApprovalCard } from '../../approvals/approval-card.tsx';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { LoadFailure } from '../../ui/load-failure.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { useNow } from '../../ui/use-now.ts';
import { PastApprovals } from './past-approvals.tsx';
import { RuleList } from './rule-list.tsx';
import { TakeBackDialog } from './take-back-dialog.tsx';
import { useOpenChat } from './use-open-chat.ts';

/** Times are shown coarsely. */
const tickMs = 15_000;

export const ApprovalsPage = (): ReactElement => {
  const { t } = useTranslation();
  const { approvals, tokens } = useConsole();
  const [leaving, setLeaving] = useState<ApprovalRule | null>(null);
  useEffect(() => {
    void approvals.open();
    // For the names of those who have answered.
    void tokens.load();
  }, [approvals, tokens]);
  return (
    <PageFrame title={t('approvals.title')}>
      <div className="mx-auto flex max-w-4xl flex-col gap-6 px-5 py-4">
        <Lists onTakeBack={setLeaving} />
      </div>
      {leaving ? <TakeBackDialog rule={leaving} onClose={() => setLeaving(null)} /> : null}
    </PageFrame>
  );
};

const Lists = ({ onTakeBack }: { readonly onTakeBack: (rule: ApprovalRule) => void }): ReactElement => {
  const { t } = useTranslation();
  const { approvals, now } = useConsole();
  const { waiting, past, older, rules, error } = useStore(approvals);
  const time = useNow(now, tickMs);
  if (error?.code === 'SCOPE_MISSING')
    return <EmptyState icon={ShieldX} title={t('approvals.noScope')} text={t('approvals.noScopeText')} />;
  return (
    <>
      <LoadFailure error={error} title={t('approvals.failed')} onRetry={() => approvals.open()} />
      {past === null && error === null ? (
        <div role="status" aria-label={t('approvals.loading')} className="shimmer h-32 rounded-xl bg-muted" />
      ) : null}
      {past?.length === 0 && waiting.length === 0 && rules.length === 0 && error === null ? (
        <EmptyState icon={ShieldCheck} title={t('approvals.empty')} text={t('approvals.emptyText')} />
      ) : null}
      {waiting.length > 0 || (past !== null && past.length > 0) ? (
        <Part title={t('approvals.waiting')}>
          {waiting.length === 0 ? <p className="text-[13px] text-muted-foreground">{t('approvals.none')}</p> : null}
          {waiting.map((approval) => (
            <Waiting key={approval.id} approval={approval} />
          ))}
        </Part>
      ) : null}
      {past === null || past.length + rules.length === 0 ? null : (
        <Part title={t('approvals.rules')} text={t(rules.length === 0 ? 'approvals.noRules' : 'approvals.rulesText')}>
          {rules.length === 0 ? null : <RuleList rules={rules} now={time} onTakeBack={onTakeBack} />}
        </Part>
      )}
      {past === null || past.length === 0 ? null : (
        <Part title={t('approvals.past')}>
          <PastApprovals approvals={past} now={time} />
          {older === null ? null : (
            <Button look="quiet" className="self-center" onClick={() => void approvals.loadOlder()}>
              {t('approvals.older')}
            </Button>
          )}
        </Part>
      )}
    </>
  );
};

const Part = ({
  title,
  text,
  children,
}: {
  readonly title: string;
  readonly text?: string;
  readonly children: ReactNode;
}): ReactElement => {
  const heading = useId();
  return (
    <section aria-labelledby={heading} className="flex flex-col gap-2.5">
      <div>
        <h2 id={heading} className="font-semibold text-[13px]">
          {title}
        </h2>
        {text ? <p className="text-muted-foreground text-xs">{text}</p> : null}
      </div>
      {children}
    </section>
  );
};

const Waiting = ({ approval }: { readonly approval: Approval }): ReactElement => {
  const { t } = useTranslation();
  const openChat = useOpenChat();
  return (
    <div className="flex flex-col items-start gap-1">
      <div className="w-full">
        <ApprovalCard approval={approval} />
      </div>
      <Button look="quiet" onClick={() => openChat(approval)}>
        <MessageSquare size={14} aria-hidden />
        {t('approvals.openChat')}
      </Button>
    </div>
  );
};
