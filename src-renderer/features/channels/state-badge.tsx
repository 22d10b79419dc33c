import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Channel } from '../../../src-shared/contract/routes/channels.ts';
import { cx } from '../../ui/class-names.ts';
import { formatDateTime, formatDuration, formatMoment } from '../../ui/format.ts';
import { isMoving, knownState, lookOf } from './channel-state.ts';

/** How a channel is: in words, colour and shape, and since when. */
export const StateBadge = ({ channel, now }: { readonly channel: Channel; readonly now: number }): ReactElement => {
  const { t, i18n } = useTranslation();
  const state = knownState(channel.state);
  const { tone, icon: Icon } = lookOf(state);
  const { since, nextTryAt = null, restarts = 0 } = channel;
  return (
    <p className="flex flex-wrap items-center gap-x-2 text-xs">
      <span className={cx('inline-flex items-center gap-1.5 font-medium', tone)}>
        <Icon size={14} aria-hidden className={cx('shrink-0', isMoving(state) && 'spin')} />
        {state === null ? channel.state : t(`channels.state.${state}`)}
      </span>
      {state === 'back-off' && nextTryAt !== null ? (
        <span>
          {t('channels.nextTry', { in: formatDuration(Math.max(0, Math.ceil((nextTryAt - now) / 1_000)) * 1_000, i18n.language) })}
        </span>
      ) : null}
      {since === undefined ? null : (
        <time className="text-muted-foreground" dateTime={new Date(since).toISOString()} title={formatDateTime(since, i18n.language)}>
          {t('channels.since', { when: formatMoment(since, now, i18n.language) })}
        </time>
      )}
      {restarts > 0 ? <span className="text-muted-foreground">{t('channels.restarts', { count: restarts })}</span> : null}
    </p>
  );
};
