import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApprovalRule } from '../../../src-shared/contract/routes/approvals.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';

export const TakeBackDialog = ({ rule, onClose }: { readonly rule: ApprovalRule; readonly onClose: () => void }): ReactElement => {
  const { t } = useTranslation();
  const { approvals } = useConsole();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const takeBack = async (): Promise<void> => {
    setBusy(true);
    try {
      await approvals.takeBack(rule.id);
      onClose();
    } catch (thrown) {
      setError(ApiError.from(thrown));
      setBusy(false);
    }
  };
  return (
    <Dialog
      role="alertdialog"
      title={t('approvals.takeBack.title')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button look="danger" disabled={busy} onClick={() => void takeBack()}>
            {t('approvals.takeBack')}
          </Button>
        </>
      }
    >
      <pre className="mb-3 max-h-40 overflow-auto whitespace-pre-wrap break-words rounded-md bg-muted px-2.5 py-2 font-mono text-[12.5px]">
        {rule.title}
      </pre>
      <p>{t('approvals.takeBack.text')}</p>
      <div role="alert" className="mt-3 empty:hidden">
        {error ? <ErrorCard error={error} /> : null}
      </div>
    </Dialog>
  );
};
