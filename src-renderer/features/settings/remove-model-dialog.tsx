import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useConsole } from '../../console-context.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { useSave } from './use-save.ts';

type RemoveModelDialogProps = {
  readonly id: string;
  /** Who would be without it; they take the first model again. */
  readonly agents: readonly string[];
  readonly onClose: () => void;
};

export const RemoveModelDialog = ({ id, agents, onClose }: RemoveModelDialogProps): ReactElement => {
  const { t, i18n } = useTranslation();
  const { settings } = useConsole();
  const { busy, error, save } = useSave();
  const remove = async (): Promise<void> => {
    const patch = {
      models: { [id]: null },
      ...(agents.length > 0 ? { agents: Object.fromEntries(agents.map((agent) => [agent, { model: null }])) } : {}),
    };
    if (await save(() => settings.patch(patch))) onClose();
  };
  return (
    <ConfirmDialog
      title={t('settings.models.remove', { id })}
      confirm={t('settings.models.removeIt')}
      onConfirm={remove}
      onClose={onClose}
      busy={busy}
      error={error}
    >
      <p>
        {agents.length > 0
          ? t('settings.models.removeUsed', { agents: new Intl.ListFormat(i18n.language).format(agents) })
          : t('settings.models.removeText')}
      </p>
    </ConfirmDialog>
  );
};
