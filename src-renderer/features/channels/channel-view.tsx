import { ArrowLeft } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Channel } from '../../../src-shared/contract/routes/channels.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { DropZone } from '../../ui/drop-zone.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { ChannelOverview } from './channel-overview.tsx';
import { ChannelSettings } from './channel-settings.tsx';
import { type ChannelSection, channelSections } from './channels-store.ts';
import { Outbox } from './outbox.tsx';
import { People } from './people.tsx';
import { StateBadge } from './state-badge.tsx';
import { useChannelPlugin } from './use-channel-plugin.ts';

type SectionProps = { readonly channel: Channel; readonly section: ChannelSection; readonly now: number };
type ChannelViewProps = SectionProps & {
  readonly onFile: (file: File) => void;
  /** Of a file that was dropped. */
  readonly notice: ReactNode;
};

/** One channel, in place of the list. */
export const ChannelView = ({ channel, section, now, onFile, notice }: ChannelViewProps): ReactElement => {
  const { t } = useTranslation();
  const { channels } = useConsole();
  const { plugin, name } = useChannelPlugin(channel);
  const bringsTools = plugin?.kind === 'tools';
  const sections = channelSections.filter((id) => !bringsTools || id === 'overview' || id === 'settings');
  return (
    <PageFrame
      title={name}
      actions={
        <Button data-autofocus onClick={channels.showAll}>
          <ArrowLeft size={14} aria-hidden />
          {t('channels.all')}
        </Button>
      }
    >
      <DropZone className="flex h-full min-h-0" onFiles={([file]) => file && onFile(file)}>
        <nav aria-label={name} className="flex w-44 shrink-0 flex-col gap-0.5 overflow-y-auto border-r px-2.5 py-3">
          {sections.map((id) => (
            <button
              key={id}
              type="button"
              aria-current={id === section ? 'true' : undefined}
              onClick={() => channels.show(channel.id, id)}
              className={cx(
                'flex h-8 items-center gap-2 rounded-lg px-2.5 text-left text-[13px] transition-colors',
                id === section ? 'bg-hover font-medium text-foreground' : 'text-muted-foreground hover:bg-hover hover:text-foreground',
              )}
            >
              <span className="truncate">{t(`channels.section.${id}`)}</span>
              {id === 'outbox' && (channel.dead ?? 0) > 0 ? (
                <span className="ml-auto rounded-full bg-bad-soft px-1.5 text-bad text-xs">{channel.dead}</span>
              ) : null}
            </button>
          ))}
        </nav>
        <div className="flex min-w-0 flex-1 flex-col gap-4 overflow-y-auto px-5 py-4">
          {notice}
          <StateBadge channel={channel} now={now} />
          <Section section={section} channel={channel} now={now} />
        </div>
      </DropZone>
    </PageFrame>
  );
};

const Section = ({ section, channel, now }: SectionProps): ReactElement => {
  switch (section) {
    case 'overview':
      return <ChannelOverview channel={channel} now={now} />;
    case 'settings':
      return <ChannelSettings channel={channel} />;
    case 'people':
      return <People channel={channel} now={now} />;
    case 'outbox':
      return <Outbox channel={channel} now={now} />;
  }
};
