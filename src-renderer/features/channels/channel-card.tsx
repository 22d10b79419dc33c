import { ChevronRight } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Channel } from '../../../src-shared/contract/routes/channels.ts';
import { useConsole } from '../../console-context.ts';
import { ErrorCard } from '../../ui/error-card.tsx';
import { Switch } from '../../ui/switch.tsx';
import { useAction } from '../../ui/use-action.ts';
import { ChannelMark } from './channel-mark.tsx';
import { ChannelTrouble } from './channel-trouble.tsx';
import { LastMessages } from './last-messages.tsx';
import { StateBadge } from './state-badge.tsx';
import { useChannelPlugin } from './use-channel-plugin.ts';

/** A channel, how it is, and what waits in it. */
export const ChannelCard = ({ channel, now }: { readonly channel: Channel; readonly now: number }): ReactElement => {
  const { t } = useTranslation();
  const { channels } = useConsole();
  const { busy, error, run } = useAction();
  const { name } = useChannelPlugin(channel);
  const { id, plugin = id, enabled = false, waiting = 0, dead = 0 } = channel;
  return (
    <li className="flex flex-col gap-2.5 rounded-xl border bg-background px-4 py-3.5 dark:bg-card">
      <div className="flex items-start gap-3">
        <ChannelMark id={plugin} />
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-medium text-[14px]">{name}</h2>
          <StateBadge channel={channel} now={now} />
        </div>
        <Switch
          label={t('channels.enabled', { name })}
          checked={enabled}
          disabled={busy}
          onChange={(on) => void run(() => channels.patch(id, { enabled: on }))}
        />
      </div>
      {error ? <ErrorCard error={error} /> : null}
      <ChannelTrouble channel={channel} />
      <LastMessages channel={channel} now={now} />
      <div className="mt-auto flex flex-wrap items-center gap-x-3 gap-y-1 text-xs">
        {waiting > 0 ? <span className="text-muted-foreground">{t('channels.waiting', { count: waiting })}</span> : null}
        {dead > 0 ? (
          <button type="button" className="text-bad underline" onClick={() => channels.show(id, 'outbox')}>
            {t('channels.dead', { count: dead })}
          </button>
        ) : null}
        <button
          type="button"
          aria-label={t('channels.openOne', { name })}
          className="ml-auto inline-flex h-7 items-center gap-0.5 rounded-lg pl-2 font-medium text-[13px] text-link hover:bg-hover"
          onClick={() => channels.show(id)}
        >
          {t('channels.open')}
          <ChevronRight size={14} aria-hidden />
        </button>
      </div>
    </li>
  );
};
