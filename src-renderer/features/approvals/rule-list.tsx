import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApprovalRule } from '../../../src-shared/contract/routes/approvals.ts';
import { Button } from '../../ui/button.tsx';
import { formatRelative } from '../../ui/format.ts';

type RuleListProps = {
  readonly rules: readonly ApprovalRule[];
  readonly now: number;
  readonly onTakeBack: (rule: ApprovalRule) => void;
};

export const RuleList = ({ rules, now, onTakeBack }: RuleListProps): ReactElement => {
  const { t, i18n } = useTranslation();
  return (
    <ul aria-label={t('approvals.rules')} className="flex flex-col rounded-xl border">
      {rules.map((rule) => (
        <li key={rule.id} className="flex items-center gap-3 border-b px-4 py-2 text-[13px] last:border-b-0">
          <div className="min-w-0 flex-1">
            <p className="truncate font-mono text-[12.5px]" title={rule.title}>
              {rule.title}
            </p>
            <p className="truncate text-muted-foreground text-xs">
              {[
                rule.agentId,
                rule.tool,
                t('approvals.rule.made', { when: formatRelative(rule.createdAt, now, i18n.language) }),
                t('approvals.rule.uses', { count: rule.uses }),
              ].join(' · ')}
            </p>
          </div>
          <Button aria-label={t('approvals.takeBackOne', { title: rule.title })} onClick={() => onTakeBack(rule)}>
            {t('approvals.takeBack')}
          </Button>
        </li>
      ))}
    </ul>
  );
};
