import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { useAction } from '../../ui/use-action.ts';

export const RemoveServerDialog = ({ name, onClose }: { readonly name: string; readonly onClose: () => void }): ReactElement => {
  const { t } = useTranslation();
  const { mcp } = useConsole();
  const { busy, error, run } = useAction();
  const remove = async (): Promise<void> => {
    if (await run(() => mcp.remove(name))) onClose();
  };
  return (
    <Dialog
      role="alertdialog"
      title={t('mcp.remove', { name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button look="danger" disabled={busy} onClick={() => void remove()}>
            {t('mcp.removeIt')}
          </Button>
        </>
      }
    >
      <p>{t('mcp.removeText')}</p>
      <div role="alert" className="mt-3 empty:hidden">
        {error ? <ErrorCard error={error} /> : null}
      </div>
    </Dialog>
  );
};
