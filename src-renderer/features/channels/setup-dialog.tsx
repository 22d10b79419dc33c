import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Plugin } from '../../../src-shared/contract/rest.ts';
import type { Channel } from '../../../src-shared/contract/routes/channels.ts';
import { useConsole } from '../../console-context.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { ChannelFormView } from './channel-form-view.tsx';
import { usePluginWords } from './plugin-words.ts';

type SetupDialogProps = { readonly plugin: Plugin; readonly channels: readonly Channel[]; readonly onClose: () => void };

/** A new channel of a plugin: told what it needs, switched on, and shown, where a test message can be sent. */
export const SetupDialog = ({ plugin, channels: taken, onClose }: SetupDialogProps): ReactElement => {
  const { t } = useTranslation();
  const { channels } = useConsole();
  const { name } = usePluginWords()(plugin);
  const id = freeId(plugin.id, taken);
  return (
    <Dialog wide title={t('channels.setUp', { name })} onClose={onClose}>
      <ChannelFormView
        channelId={id}
        plugin={plugin}
        entry={{ enabled: false }}
        kept={[]}
        submitLabel={t('channels.setUp.save')}
        inDialog
        more={{ enabled: true, ...(id === plugin.id ? {} : { plugin: plugin.id }) }}
        onSaved={() => {
          channels.show(id);
          onClose();
        }}
      />
    </Dialog>
  );
};

/** Its own name, or that with a number: one plugin can serve two bots. */
const freeId = (wanted: string, taken: readonly Channel[]): string => {
  const isTaken = (id: string): boolean => taken.some((channel) => channel.id === id);
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? wanted : `${wanted.slice(0, 60)}-${number}`;
    if (!isTaken(id)) return id;
  }
};
