import { type ReactElement, useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Channel } from '../../../src-shared/contract/routes/channels.ts';
import { useConsole } from '../../console-context.ts';
import { PagedList } from './paged-list.tsx';
import { AddPersonForm, PairForm } from './pair-forms.tsx';
import { PersonRow } from './person-row.tsx';
import { usePages } from './use-pages.ts';

/** Who wrote to a channel, and whom it answers. */
export const People = ({ channel, now }: { readonly channel: Channel; readonly now: number }): ReactElement => {
  const { t } = useTranslation();
  const { channels } = useConsole();
  const { id } = channel;
  const version = useStore(channels, (state) => state.version);
  const load = useCallback((cursor?: string) => channels.peers(id, cursor), [channels, id]);
  const pages = usePages(load, version);
  return (
    <div className="flex max-w-3xl flex-col gap-3">
      <PairForm channelId={id} />
      <PagedList pages={pages} label={t('channels.section.people')} empty={t('channels.people.none')}>
        {(peer) => <PersonRow key={peer.id} channelId={id} peer={peer} now={now} />}
      </PagedList>
      <AddPersonForm channelId={id} />
    </div>
  );
};
