import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApprovalRule } from '../../../src-shared/contract/routes/approvals.ts';
import { useConsole } from '../../console-context.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { useAction } from '../../ui/use-action.ts';

export const TakeBackDialog = ({ rule, onClose }: { readonly rule: ApprovalRule; readonly onClose: () => void }): ReactElement => {
  const { t } = useTranslation();
  const { approvals } = useConsole();
  const { busy, error, run } = useAction();
  const takeBack = async (): Promise<void> => {
    if (await run(() => approvals.takeBack(rule.id).then(() => true), 'quietly')) onClose();
  };
  return (
    <ConfirmDialog
      title={t('approvals.takeBack.title')}
      confirm={t('approvals.takeBack')}
      onConfirm={takeBack}
      onClose={onClose}
      busy={busy}
      error={error}
    >
      <pre className="max-h-40 overflow-auto whitespace-pre-wrap break-words rounded-md bg-muted px-2.5 py-2 font-mono text-[12.5px]">
        {rule.title}
      </pre>
      <p>{t('approvals.takeBack.text')}</p>
    </ConfirmDialog>
  );
};
