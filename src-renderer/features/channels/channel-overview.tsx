import { RotateCcw, ScrollText, Square } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Channel } from '../../../src-shared/contract/routes/channels.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { CopyLine } from '../../ui/copy-line.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { useAction } from '../../ui/use-action.ts';
import { ChannelTrouble } from './channel-trouble.tsx';
import { LastMessages } from './last-messages.tsx';
import { TestMessageForm } from './test-message-form.tsx';
import { useChannelLinks } from './use-channel-links.ts';
import { useChannelPlugin } from './use-channel-plugin.ts';

/** How it is, and what one can do about it as a whole. */
export const ChannelOverview = ({ channel, now }: { readonly channel: Channel; readonly now: number }): ReactElement => {
  const { t } = useTranslation();
  const { channels, baseUrl } = useConsole();
  const { busy, error, run } = useAction();
  const { toLogs } = useChannelLinks(channel.id);
  const { plugin, name } = useChannelPlugin(channel);
  const speaks = plugin?.kind !== 'tools';
  const { id, enabled = false, state, hookPath, waiting = 0, dead = 0 } = channel;
  const calmly = (work: () => Promise<void>): void =>
    void run(async () => {
      await work();
      return false;
    });
  return (
    <div className="flex max-w-2xl flex-col gap-4">
      <ChannelTrouble channel={channel} />
      <div className="flex flex-wrap gap-2">
        <Button disabled={busy} onClick={() => void run(() => channels.patch(id, { enabled: !enabled }))}>
          {t(enabled ? 'channels.turnOff' : 'channels.turnOn')}
        </Button>
        {enabled ? (
          <Button disabled={busy} onClick={() => calmly(() => channels.start(id))}>
            <RotateCcw size={14} aria-hidden />
            {t(state === 'stopped' ? 'channels.start' : 'channels.restart')}
          </Button>
        ) : null}
        {enabled && state !== 'stopped' ? (
          <Button disabled={busy} onClick={() => calmly(() => channels.stop(id))}>
            <Square size={13} aria-hidden />
            {t('channels.stop')}
          </Button>
        ) : null}
        <Button onClick={toLogs}>
          <ScrollText size={14} aria-hidden />
          {t('channels.logs')}
        </Button>
      </div>
      {error ? <ErrorCard error={error} /> : null}
      {speaks ? (
        <>
          <LastMessages channel={channel} now={now} />
          <p className="text-[13px] text-muted-foreground">
            {[
              waiting > 0 ? t('channels.waiting', { count: waiting }) : t('channels.nothingWaits'),
              ...(dead > 0 ? [t('channels.dead', { count: dead })] : []),
            ].join(' · ')}
          </p>
          {hookPath === undefined ? null : (
            <div className="text-[13px]">
              <CopyLine label={t('channels.hook')} text={`${baseUrl}${hookPath.slice(1)}`} copy={t('channels.copyHook')} />
              <p className="mt-1.5 text-muted-foreground text-xs">{t('channels.hookHelp', { name })}</p>
            </div>
          )}
          <TestMessageForm channel={channel} />
        </>
      ) : (
        <p className="text-[13px] text-muted-foreground">{t('channels.bringsTools')}</p>
      )}
    </div>
  );
};
