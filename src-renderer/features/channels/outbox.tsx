import { RotateCcw, Trash2 } from 'lucide-react';
import { type ReactElement, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Channel, OutboxItem } from '../../../src-shared/contract/routes/channels.ts';
import { useConsole } from '../../console-context.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { ErrorCard } from '../../ui/error-card.tsx';
import { CheckField } from '../../ui/field.tsx';
import { formatDateTime, formatRelative } from '../../ui/format.ts';
import { useAction } from '../../ui/use-action.ts';
import { PagedList } from './paged-list.tsx';
import { showForgotten } from './show-forgotten.ts';
import { usePages } from './use-pages.ts';

/** What it has sent and is to send; what could not be sent can be sent again. */
export const Outbox = ({ channel, now }: { readonly channel: Channel; readonly now: number }): ReactElement => {
  const { t } = useTranslation();
  const { id, dead = 0 } = channel;
  const [onlyDead, setOnlyDead] = useState(dead > 0);
  return (
    <div className="flex max-w-3xl flex-col gap-3">
      <p className="text-[13px] text-muted-foreground">{t('channels.outbox.text')}</p>
      <CheckField label={t('channels.outbox.onlyDead')} checked={onlyDead} onChange={setOnlyDead} />
      <List key={String(onlyDead)} channelId={id} onlyDead={onlyDead} now={now} />
    </div>
  );
};

type ListProps = { readonly channelId: string; readonly onlyDead: boolean; readonly now: number };

const List = ({ channelId, onlyDead, now }: ListProps): ReactElement => {
  const { t } = useTranslation();
  const { channels } = useConsole();
  const version = useStore(channels, (state) => state.version);
  const load = useCallback((cursor?: string) => channels.outbox(channelId, onlyDead, cursor), [channels, channelId, onlyDead]);
  const pages = usePages(load, version);
  const empty = t(onlyDead ? 'channels.outbox.noneDead' : 'channels.outbox.none');
  return (
    <PagedList pages={pages} label={t('channels.section.outbox')} empty={empty}>
      {(item) => <Row key={item.id} channelId={channelId} item={item} now={now} />}
    </PagedList>
  );
};

const tones = {
  pending: 'text-muted-foreground',
  inflight: 'text-muted-foreground',
  retry: 'text-warn',
  sent: 'text-ok',
  dead: 'text-bad',
};

type RowProps = { readonly channelId: string; readonly item: OutboxItem; readonly now: number };

const Row = ({ channelId, item, now }: RowProps): ReactElement => {
  const { t, i18n } = useTranslation();
  const { channels } = useConsole();
  const { busy, error, run } = useAction();
  const at = item.endedAt ?? item.createdAt;
  const done = (work: () => Promise<void>): void =>
    void run(async () => {
      await work();
      return false;
    });
  const forget = async (): Promise<void> => {
    await channels.forgetMessage(channelId, item.id);
    showForgotten(t, item.id, t('channels.outbox.forgotten'), () => channels.restoreMessage(channelId, item.id));
  };
  return (
    <li className="flex items-start gap-3 px-4 py-2.5 text-[13px]">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap gap-x-2 text-xs">
          <span className={cx('font-medium', tones[item.state])}>{t(`channels.outbox.state.${item.state}`)}</span>
          <span className="text-muted-foreground [overflow-wrap:anywhere]">{t('channels.outbox.to', { to: item.to })}</span>
          <time className="text-muted-foreground" dateTime={new Date(at).toISOString()} title={formatDateTime(at, i18n.language)}>
            {formatRelative(at, now, i18n.language)}
          </time>
          {item.attempts > 0 ? (
            <span className="text-muted-foreground">{t('channels.outbox.attempts', { count: item.attempts })}</span>
          ) : null}
          {item.maybeDuplicate ? <span className="text-warn">{t('channels.outbox.maybeDuplicate')}</span> : null}
        </p>
        <p className="mt-0.5 line-clamp-3 whitespace-pre-wrap [overflow-wrap:anywhere]">{item.content}</p>
        {item.error === null || item.state === 'sent' ? null : (
          <p className={cx('mt-0.5 text-xs [overflow-wrap:anywhere]', item.state === 'dead' ? 'text-bad' : 'text-warn')}>{item.error}</p>
        )}
        {error ? <ErrorCard error={error} /> : null}
      </div>
      {item.state === 'dead' ? (
        <div className="flex shrink-0 items-center gap-1">
          <Button disabled={busy} onClick={() => done(() => channels.sendAgain(channelId, item.id))}>
            <RotateCcw size={14} aria-hidden />
            {t('channels.outbox.again')}
          </Button>
          <IconButton label={t('channels.outbox.forget')} disabled={busy} onClick={() => done(forget)}>
            <Trash2 size={15} />
          </IconButton>
        </div>
      ) : null}
    </li>
  );
};
