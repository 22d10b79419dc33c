import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiErrorCode } from '../api/api-error.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorCard } from './error-card.tsx';

type ConfirmDialogProps = {
  readonly title: string;
  /** What it does, on the button that does it. */
  readonly confirm: string;
  readonly onConfirm: () => unknown;
  readonly onClose: () => void;
  /** What would be lost. */
  readonly children: ReactNode;
  readonly busy?: boolean;
  readonly error?: { readonly code: ApiErrorCode; readonly message: string; readonly hint?: string | undefined } | null;
};

/** Asked before something ends that cannot be brought back; one begins on the button that does nothing. */
export const ConfirmDialog = ({
  title,
  confirm,
  onConfirm,
  onClose,
  children,
  busy = false,
  error = null,
}: ConfirmDialogProps): ReactElement => {
  const { t } = useTranslation();
  return (
    <Dialog
      role="alertdialog"
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button data-autofocus onClick={onClose}>
            {t('dialog.cancel')}
          </Button>
          <Button look="danger" disabled={busy} onClick={() => void onConfirm()}>
            {confirm}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        {children}
        <div role="alert" className="empty:hidden">
          {error ? <ErrorCard error={error} /> : null}
        </div>
      </div>
    </Dialog>
  );
};
