import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Channel } from '../../../src-shared/contract/routes/channels.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { useAction } from '../../ui/use-action.ts';
import { lookOf, troubleOf } from './channel-state.ts';
import { useChannelLinks } from './use-channel-links.ts';
import { useChannelPlugin } from './use-channel-plugin.ts';

/** What is wrong with a channel, in the plugin's or the gateway's words, with the buttons that put it right. */
export const ChannelTrouble = ({ channel }: { readonly channel: Channel }): ReactElement | null => {
  const { t } = useTranslation();
  const { channels } = useConsole();
  const { busy, error, run } = useAction();
  const { to, toLogs } = useChannelLinks(channel.id);
  const { detail } = useChannelPlugin(channel);
  const trouble = troubleOf(channel.state);
  if (trouble === null) return null;
  const { id: state, repairs } = trouble;
  const start = (): void =>
    void run(async () => {
      await channels.start(channel.id);
      return false;
    });
  const buttons = {
    settings: (
      <Button onClick={() => to('settings')}>
        {t(state === 'needs-auth' ? 'channels.repair.credentials' : 'channels.repair.settings')}
      </Button>
    ),
    start: (
      <Button disabled={busy} onClick={start}>
        {t(state === 'stopped' ? 'channels.start' : 'channels.restart')}
      </Button>
    ),
    logs: <Button onClick={toLogs}>{t('channels.logs')}</Button>,
    install: <Button onClick={() => channels.add(true)}>{t('channels.repair.install')}</Button>,
  };
  return (
    <div className="flex flex-col gap-2">
      <NoticeCard tone={lookOf(state).tone === 'text-bad' ? 'bad' : 'warn'} title={t(`channels.trouble.${state}`)} details={[detail]}>
        {repairs.map((repair) => (
          <span key={repair}>{buttons[repair]}</span>
        ))}
      </NoticeCard>
      {error ? <ErrorCard error={error} /> : null}
    </div>
  );
};
