import { type ReactElement, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
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
  const { channels } = useConsole();
  const { plugin, name } = useChannelPlugin(channel);
  const { setup, version, error, load } = useSetup(channel.id);
  const isKnown = useStore(channels, (state) => state.plugins !== null);
  return (
    <>
      <div className="max-w-2xl">
        <ChannelTrouble channel={channel} />
      </div>
      <LoadFailure error={error} title={t('channels.form.failed')} onRetry={load} />
      {setup === null || !isKnown ? (
        error ? null : (
          <div role="status" aria-label={t('channels.form.loading')} className="shimmer h-40 max-w-2xl rounded-xl bg-muted" />
        )
      ) : (
        <ChannelFormView
          // What was typed is in force, and secrets are nowhere but in the keychain from here on.
          key={version}
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

type Setup = {
  readonly version: number;
  readonly setup: ChannelSetup | null;
  readonly error: ApiError | null;
  readonly load: () => Promise<void>;
};

const useSetup = (id: string): Setup => {
  const { channels } = useConsole();
  const [{ setup, version }, setSetup] = useState<Pick<Setup, 'setup' | 'version'>>({ setup: null, version: 0 });
  const [error, setError] = useState<ApiError | null>(null);
  const load = useCallback(async (): Promise<void> => {
    setError(null);
    try {
      const got = await channels.setup(id);
      setSetup(({ version }) => ({ setup: got, version: version + 1 }));
    } catch (thrown) {
      setError(ApiError.from(thrown));
    }
  }, [channels, id]);
  useEffect(() => void load(), [load]);
  return { setup, version, error, load };
};
