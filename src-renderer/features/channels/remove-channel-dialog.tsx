import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Plugin } from '../../../src-shared/contract/rest.ts';
import type { Channel } from '../../../src-shared/contract/routes/channels.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { showDone } from '../../ui/toast.ts';
import { useAction } from '../../ui/use-action.ts';

type RemoveChannelDialogProps = {
  readonly channel: Channel;
  readonly plugin: Plugin | null;
  readonly name: string;
  readonly onClose: () => void;
};

/** Says what goes and what stays. */
export const RemoveChannelDialog = ({ channel, plugin, name, onClose }: RemoveChannelDialogProps): ReactElement => {
  const { t } = useTranslation();
  const { channels } = useConsole();
  const { busy, error, run } = useAction();
  const { id, waiting = 0 } = channel;
  const remove = (): void =>
    void run(async () => {
      await channels.remove(id);
      showDone(t('channels.removed', { name }));
      channels.showAll();
      return false;
    });
  return (
    <Dialog
      role="alertdialog"
      title={t('channels.removeOne', { name })}
      onClose={onClose}
      actions={
        <>
          <Button data-autofocus onClick={onClose}>
            {t('dialog.cancel')}
          </Button>
          <Button look="danger" disabled={busy} onClick={remove}>
            {t('channels.remove')}
          </Button>
        </>
      }
    >
      <p>{t(plugin && !plugin.bundled ? 'channels.remove.goesWithPlugin' : 'channels.remove.goes')}</p>
      <p className="mt-2">{t('channels.remove.stays')}</p>
      {waiting > 0 ? <p className="mt-2 text-warn">{t('channels.remove.waiting', { count: waiting })}</p> : null}
      <div role="alert" className="mt-3 empty:hidden">
        {error ? <ErrorCard error={error} /> : null}
      </div>
    </Dialog>
  );
};
