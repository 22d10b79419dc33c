import { type ReactElement, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Channel } from '../../../src-shared/contract/routes/channels.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { LoadFailure } from '../../ui/load-failure.tsx';
import { ChannelFormView } from './channel-form-view.tsx';
import { ChannelTrouble } from './channel-trouble.tsx';
import type { ChannelSetup } from './channels-store.ts';
import { PluginSection } from './plugin-section.tsx';
import { useChannelPlugin } from './use-channel-plugin.ts';

/** What it is told, how it behaves, and the plugin behind it. */
export const ChannelSettings = ({ channel }: { readonly channel: Channel }): ReactElement => {
  const { t } = useTranslation();
  const { plugin, name } = useChannelPlugin(channel);
  const { setup, error, load } = useSetup(channel.id);
  return (
    <>
      <ChannelTrouble channel={channel} />
      <LoadFailure error={error} title={t('channels.form.failed')} onRetry={load} />
      {setup === null ? (
        error ? null : (
          <div role="status" aria-label={t('channels.form.loading')} className="shimmer h-40 max-w-2xl rounded-xl bg-muted" />
        )
      ) : (
        <ChannelFormView
          // What was typed is in force, and secrets are nowhere but in the keychain from here on.
          key={JSON.stringify(setup.entry)}
          channelId={channel.id}
          plugin={plugin}
          entry={setup.entry}
          kept={setup.secrets}
          submitLabel={t('channels.form.save')}
          onSaved={load}
        />
      )}
      <PluginSection channel={channel} plugin={plugin} name={name} />
    </>
  );
};

type Setup = { readonly setup: ChannelSetup | null; readonly error: ApiError | null; readonly load: () => void };

const useSetup = (id: string): Setup => {
  const { channels } = useConsole();
  const [setup, setSetup] = useState<ChannelSetup | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const load = useCallback((): void => {
    setError(null);
    channels.setup(id).then(setSetup, (thrown: unknown) => setError(ApiError.from(thrown)));
  }, [channels, id]);
  useEffect(load, [load]);
  return { setup, error, load };
};
