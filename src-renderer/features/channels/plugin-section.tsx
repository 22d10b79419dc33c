import { History, Trash2 } from 'lucide-react';
import { type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Plugin } from '../../../src-shared/contract/rest.ts';
import type { Channel } from '../../../src-shared/contract/routes/channels.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { showDone } from '../../ui/toast.ts';
import { useAction } from '../../ui/use-action.ts';
import { Hash } from './hash.tsx';
import { RemoveChannelDialog } from './remove-channel-dialog.tsx';

type PluginSectionProps = { readonly channel: Channel; readonly plugin: Plugin | null; readonly name: string };

/** The plugin behind a channel: which, from where, the way back, and the way out. */
export const PluginSection = ({ channel, plugin, name }: PluginSectionProps): ReactElement => {
  const { t } = useTranslation();
  const { channels } = useConsole();
  const { busy, error, run } = useAction();
  const heading = useId();
  const [removing, setRemoving] = useState(false);
  const previous = plugin?.previousVersion ?? null;
  const rollback = (): void =>
    void run(async () => {
      const back = await channels.rollback(channel.id);
      showDone(t('channels.plugin.rolledBack', { name: back.name, version: back.version }));
      return false;
    });
  return (
    <section aria-labelledby={heading} className="flex max-w-2xl flex-col gap-2.5 border-t pt-4 text-[13px]">
      <h2 id={heading} className="font-semibold">
        {t('channels.plugin')}
      </h2>
      {plugin ? (
        <p>{t(plugin.bundled ? 'channels.plugin.bundled' : 'channels.plugin.installed', { name: plugin.name, version: plugin.version })}</p>
      ) : null}
      {plugin?.sha256 ? <Hash sha256={plugin.sha256} /> : null}
      {plugin?.error ? <p className="text-bad">{plugin.error}</p> : null}
      <div className="flex flex-wrap gap-2">
        {previous === null ? null : (
          <Button disabled={busy} onClick={rollback}>
            <History size={14} aria-hidden />
            {t('channels.plugin.rollback', { version: previous })}
          </Button>
        )}
        <Button onClick={() => setRemoving(true)}>
          <Trash2 size={14} aria-hidden />
          {t('channels.remove')}
        </Button>
      </div>
      {error ? <ErrorCard error={error} /> : null}
      {removing ? <RemoveChannelDialog channel={channel} plugin={plugin} name={name} onClose={() => setRemoving(false)} /> : null}
    </section>
  );
};
