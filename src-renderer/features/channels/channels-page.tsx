import { LoaderCircle, Plus } from 'lucide-react';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Plugin, PluginReview } from '../../../src-shared/contract/rest.ts';
import type { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { DropZone } from '../../ui/drop-zone.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { showDone } from '../../ui/toast.ts';
import { useNow } from '../../ui/use-now.ts';
import { AddDialog } from './add-dialog.tsx';
import { ChannelList } from './channel-list.tsx';
import { ChannelView } from './channel-view.tsx';
import { ReviewDialog } from './review-dialog.tsx';
import { SetupDialog } from './setup-dialog.tsx';
import { useReview } from './use-review.ts';

/** "Tries again in 4 s" counts down. */
const everyMs = 1_000;

type Open = { readonly what: 'review'; readonly review: PluginReview } | { readonly what: 'setUp'; readonly plugin: Plugin };

export const ChannelsPage = (): ReactElement => {
  const { channels, now } = useConsole();
  const { channels: all, shown } = useStore(channels);
  const time = useNow(now, everyMs);
  useEffect(() => channels.open(), [channels]);
  const open = all?.find(({ id, kind }) => id === shown?.id && kind === 'plugin');
  return open ? <ChannelView key={open.id} channel={open} section={shown?.section ?? 'overview'} now={time} /> : <AllChannels now={time} />;
};

const AllChannels = ({ now }: { readonly now: number }): ReactElement => {
  const { t } = useTranslation();
  const { channels } = useConsole();
  const { channels: all, adding } = useStore(channels);
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  const { checking, error, check } = useReview((review) => setOpen({ what: 'review', review }));
  const picker = useRef<HTMLInputElement>(null);
  const installed = (plugin: Plugin): void => {
    showDone(t('channels.installed', { name: plugin.name, version: plugin.version }));
    const isNew = !all?.some(({ id, plugin: behind = id }) => behind === plugin.id);
    setOpen(isNew ? { what: 'setUp', plugin } : null);
  };
  const add = (
    <Button look="primary" onClick={() => channels.add(true)}>
      <Plus size={15} aria-hidden />
      {t('channels.add')}
    </Button>
  );
  return (
    <PageFrame title={t('channels.title')} actions={add}>
      <DropZone onFiles={([file]) => file && check(file)}>
        <input
          ref={picker}
          type="file"
          accept=".plugin"
          hidden
          aria-label={t('channels.add.file')}
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            if (file) check(file);
            event.target.value = '';
          }}
        />
        <Checking file={checking} error={error} />
        <ChannelList now={now} />
      </DropZone>
      {adding ? (
        <AddDialog
          onClose={() => channels.add(false)}
          onChoose={(plugin) => {
            channels.add(false);
            setOpen({ what: 'setUp', plugin });
          }}
          onFile={() => {
            channels.add(false);
            picker.current?.click();
          }}
        />
      ) : null}
      {open?.what === 'review' ? <ReviewDialog review={open.review} onClose={close} onInstalled={installed} /> : null}
      {open?.what === 'setUp' ? <SetupDialog plugin={open.plugin} channels={all ?? []} onClose={close} /> : null}
    </PageFrame>
  );
};

/** An archive is sent and tried out; what is wrong with it stays until the next one. */
const Checking = ({ file, error }: { readonly file: string | null; readonly error: ApiError | null }): ReactElement => {
  const { t } = useTranslation();
  return (
    <>
      <p role="status" className="flex items-center gap-2 text-[13px] empty:hidden">
        {file === null ? null : (
          <>
            <LoaderCircle size={15} className="spin" aria-hidden />
            {t('channels.checking', { file })}
          </>
        )}
      </p>
      <div role="alert" className="empty:hidden">
        {error ? <ErrorCard error={error} /> : null}
      </div>
    </>
  );
};
