import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useConsole } from '../../console-context.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { useAction } from '../../ui/use-action.ts';

export const RemoveServerDialog = ({ name, onClose }: { readonly name: string; readonly onClose: () => void }): ReactElement => {
  const { t } = useTranslation();
  const { mcp } = useConsole();
  const { busy, error, run } = useAction();
  const remove = async (): Promise<void> => {
    if (await run(() => mcp.remove(name))) onClose();
  };
  return (
    <ConfirmDialog
      title={t('mcp.remove', { name })}
      confirm={t('mcp.removeIt')}
      onConfirm={remove}
      onClose={onClose}
      busy={busy}
      error={error}
    >
      <p>{t('mcp.removeText')}</p>
    </ConfirmDialog>
  );
};
