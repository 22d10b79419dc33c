import { Ellipsis } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Peer } from '../../../src-shared/contract/routes/channels.ts';
import { useConsole } from '../../console-context.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { ErrorCard } from '../../ui/error-card.tsx';
import { formatDateTime, formatRelative } from '../../ui/format.ts';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { useAction } from '../../ui/use-action.ts';
import { showForgotten } from './show-forgotten.ts';

type PersonRowProps = { readonly channelId: string; readonly peer: Peer; readonly now: number };

const tones = { asked: 'text-warn', allowed: 'text-ok', owner: 'text-ok', blocked: 'text-bad' };
const decisions = ['allowed', 'owner', 'blocked'] as const;

export const PersonRow = ({ channelId, peer, now }: PersonRowProps): ReactElement => {
  const { t, i18n } = useTranslation();
  const { channels } = useConsole();
  const { busy, error, run } = useAction();
  const name = peer.name ?? peer.id;
  const done = (work: () => Promise<void>): void =>
    void run(async () => {
      await work();
      return false;
    });
  const set = (status: (typeof decisions)[number]): void => done(() => channels.setPeer(channelId, peer.id, status));
  const forget = async (): Promise<void> => {
    await channels.forgetPeer(channelId, peer.id);
    showForgotten(t, peer.id, t('channels.people.forgotten', { name }), () => channels.restorePeer(channelId, peer.id));
  };
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-[13px]">
      <div className="min-w-0 flex-1">
        <h2 className="truncate font-medium">{name}</h2>
        <p className="flex flex-wrap gap-x-2 text-xs">
          <span className={cx('font-medium', tones[peer.status])}>{t(`channels.people.status.${peer.status}`)}</span>
          {peer.name === null ? null : <code className="font-mono text-muted-foreground [overflow-wrap:anywhere]">{peer.id}</code>}
          <time
            className="text-muted-foreground"
            dateTime={new Date(peer.firstSeenAt).toISOString()}
            title={formatDateTime(peer.firstSeenAt, i18n.language)}
          >
            {t('channels.people.since', { when: formatRelative(peer.firstSeenAt, now, i18n.language) })}
          </time>
        </p>
      </div>
      {peer.status === 'asked' ? (
        <Button disabled={busy} aria-label={t('channels.people.allowOne', { name })} onClick={() => set('allowed')}>
          {t('channels.people.allow')}
        </Button>
      ) : null}
      <Menu
        align="end"
        trigger={
          <IconButton label={t('channels.people.actions', { name })} disabled={busy}>
            <Ellipsis size={16} />
          </IconButton>
        }
      >
        {decisions
          .filter((status) => status !== peer.status)
          .map((status) => (
            <MenuItem key={status} onSelect={() => set(status)}>
              {t(`channels.people.set.${status}`)}
            </MenuItem>
          ))}
        <MenuSeparator />
        <MenuItem onSelect={() => done(forget)}>{t('channels.people.forget')}</MenuItem>
      </Menu>
      {error ? (
        <div className="w-full">
          <ErrorCard error={error} />
        </div>
      ) : null}
    </li>
  );
};
