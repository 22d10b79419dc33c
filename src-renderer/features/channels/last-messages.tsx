import { ArrowDownLeft, ArrowUpRight } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Channel } from '../../../src-shared/contract/routes/channels.ts';
import { formatDateTime, formatRelative } from '../../ui/format.ts';

/** When a channel last heard and last sent something; nothing where it never did. */
export const LastMessages = ({ channel, now }: { readonly channel: Channel; readonly now: number }): ReactElement | null => {
  const { t, i18n } = useTranslation();
  const { lastInAt = null, lastOutAt = null } = channel;
  if (lastInAt === null && lastOutAt === null) return null;
  const line = (what: 'lastIn' | 'lastOut', at: number): ReactElement => {
    const Icon = what === 'lastIn' ? ArrowDownLeft : ArrowUpRight;
    return (
      <time dateTime={new Date(at).toISOString()} title={formatDateTime(at, i18n.language)} className="inline-flex items-center gap-1">
        <Icon size={13} aria-hidden className="shrink-0" />
        {t(`channels.${what}`, { when: formatRelative(at, now, i18n.language) })}
      </time>
    );
  };
  return (
    <p className="flex flex-wrap gap-x-3 gap-y-0.5 text-muted-foreground text-xs">
      {lastInAt === null ? null : line('lastIn', lastInAt)}
      {lastOutAt === null ? null : line('lastOut', lastOutAt)}
    </p>
  );
};
