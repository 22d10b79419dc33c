import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { showDone } from '../../ui/toast.ts';
import { isAlive } from './token-state.ts';

const wayBack = 'openclaw token sign-in';

/** Ends every token; there is no undo, so it says first what that means. */
export const RotateDialog = ({ onClose }: { readonly onClose: () => void }): ReactElement => {
  const { t } = useTranslation();
  const { tokens, desktop, now } = useConsole();
  const count = useStore(tokens, (state) => state.tokens.filter((token) => isAlive(token, now())).length);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const rotate = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      showDone(t('tokens.rotated', { count: await tokens.rotate() }));
      onClose();
    } catch (thrown) {
      setError(ApiError.from(thrown));
      setBusy(false);
    }
  };
  return (
    <Dialog
      role="alertdialog"
      title={t('tokens.rotateTitle')}
      onClose={onClose}
      actions={
        <>
          <Button data-autofocus onClick={onClose}>
            {t('dialog.cancel')}
          </Button>
          <Button look="danger" disabled={busy} onClick={() => void rotate()}>
            {t(busy ? 'tokens.rotating' : 'tokens.rotateConfirm')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p>{t('tokens.rotateText', { count })}</p>
        <p>{t(desktop ? 'tokens.rotateDesktop' : 'tokens.rotateBrowser')}</p>
        {desktop ? null : (
          <div className="flex items-center gap-1 rounded-lg bg-muted py-1 pr-1 pl-3">
            <code className="min-w-0 flex-1 font-mono text-[12px] [overflow-wrap:anywhere]">{wayBack}</code>
            <CopyButton text={wayBack} label={t('chat.copyCode')} />
          </div>
        )}
        <div role="alert" className="empty:hidden">
          {error ? <ErrorCard error={error} /> : null}
        </div>
      </div>
    </Dialog>
  );
};
