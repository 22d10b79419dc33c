import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { showDone } from '../../ui/toast.ts';
import { useAction } from '../../ui/use-action.ts';
import { isAlive } from './token-state.ts';

const wayBack = 'openclaw token sign-in';

/** Ends every token; there is no undo, so it says first what that means. */
export const RotateDialog = ({ onClose }: { readonly onClose: () => void }): ReactElement => {
  const { t } = useTranslation();
  const { tokens, desktop, now } = useConsole();
  const count = useStore(tokens, (state) => state.tokens.filter((token) => isAlive(token, now())).length);
  const { busy, error, run } = useAction();
  const rotate = async (): Promise<void> => {
    const done = await run(async () => {
      showDone(t('tokens.rotated', { count: await tokens.rotate() }));
      return true;
    }, 'quietly');
    if (done) onClose();
  };
  return (
    <ConfirmDialog
      title={t('tokens.rotateTitle')}
      confirm={t(busy ? 'tokens.rotating' : 'tokens.rotateConfirm')}
      onConfirm={rotate}
      onClose={onClose}
      busy={busy}
      error={error}
    >
      <p>{t('tokens.rotateText', { count })}</p>
      <p>{t(desktop ? 'tokens.rotateDesktop' : 'tokens.rotateBrowser')}</p>
      {desktop ? null : (
        <div className="flex items-center gap-1 rounded-lg bg-muted py-1 pr-1 pl-3">
          <code className="min-w-0 flex-1 font-mono text-[12px] [overflow-wrap:anywhere]">{wayBack}</code>
          <CopyButton text={wayBack} label={t('chat.copyCode')} />
        </div>
      )}
    </ConfirmDialog>
  );
};
