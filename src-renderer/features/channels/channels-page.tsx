import { Plus } from 'lucide-react';
import { type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Plugin, PluginReview } from '../../../src-shared/contract/rest.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { DropZone } from '../../ui/drop-zone.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { showDone } from '../../ui/toast.ts';
import { useNow } from '../../ui/use-now.ts';
import { AddDialog } from './add-dialog.tsx';
import { ChannelList } from './channel-list.tsx';
import { ChannelView } from './channel-view.tsx';
import { CheckingNotice } from './checking-notice.tsx';
import { usePluginWords } from './plugin-words.ts';
import { ReviewDialog } from './review-dialog.tsx';
import { SetupDialog } from './setup-dialog.tsx';
import { useReview } from './use-review.ts';

/** "Tries again in 4 s" counts down. */
const everyMs = 1_000;

type Open = { readonly what: 'review'; readonly review: PluginReview } | { readonly what: 'setUp'; readonly plugin: Plugin };

/** The list, or one channel; over either, what is installed. */
export const ChannelsPage = (): ReactElement => {
  const { t } = useTranslation();
  const { channels, now } = useConsole();
  const { channels: all, shown, offered } = useStore(channels);
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  const { checking, error, check } = useReview((review) => setOpen({ what: 'review', review }));
  const words = usePluginWords();
  const time = useNow(now, everyMs);
  useEffect(() => channels.open(), [channels]);
  useEffect(() => {
    if (offered === null) return;
    channels.offer(null);
    check(offered);
  }, [channels, offered, check]);
  const installed = (plugin: Plugin): void => {
    showDone(t('channels.installed', { name: words(plugin).name, version: plugin.version }));
    const isNew = !all?.some(({ id, plugin: behind = id }) => behind === plugin.id);
    setOpen(isNew ? { what: 'setUp', plugin } : null);
  };
  const one = all?.find(({ id, kind }) => id === shown?.id && kind === 'plugin');
  const notice = <CheckingNotice checking={checking} error={error} />;
  return (
    <>
      {one ? (
        <ChannelView key={one.id} channel={one} section={shown?.section ?? 'overview'} now={time} onFile={check} notice={notice} />
      ) : (
        <AllChannels now={time} onFile={check} notice={notice} onSetUp={(plugin) => setOpen({ what: 'setUp', plugin })} />
      )}
      {open?.what === 'review' ? <ReviewDialog review={open.review} onClose={close} onInstalled={installed} /> : null}
      {open?.what === 'setUp' ? <SetupDialog plugin={open.plugin} channels={all ?? []} onClose={close} /> : null}
    </>
  );
};

type AllChannelsProps = {
  readonly now: number;
  readonly onFile: (file: File) => void;
  readonly onSetUp: (plugin: Plugin) => void;
  readonly notice: ReactNode;
};

const AllChannels = ({ now, onFile, onSetUp, notice }: AllChannelsProps): ReactElement => {
  const { t } = useTranslation();
  const { channels } = useConsole();
  const { adding } = useStore(channels);
  const picker = useRef<HTMLInputElement>(null);
  const add = (
    <Button look="primary" onClick={() => channels.add(true)}>
      <Plus size={15} aria-hidden />
      {t('channels.add')}
    </Button>
  );
  return (
    <PageFrame title={t('channels.title')} actions={add}>
      <DropZone onFiles={([file]) => file && onFile(file)}>
        <input
          ref={picker}
          type="file"
          accept=".plugin"
          hidden
          aria-label={t('channels.add.file')}
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            if (file) onFile(file);
            event.target.value = '';
          }}
        />
        {notice}
        <ChannelList now={now} />
      </DropZone>
      {adding ? (
        <AddDialog
          onClose={() => channels.add(false)}
          onChoose={(plugin) => {
            channels.add(false);
            onSetUp(plugin);
          }}
          onFile={() => {
            channels.add(false);
            picker.current?.click();
          }}
        />
      ) : null}
    </PageFrame>
  );
};
