import { Radio } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Channel } from '../../../src-shared/contract/routes/channels.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { LoadFailure } from '../../ui/load-failure.tsx';
import { ChannelCard } from './channel-card.tsx';

const grid = 'grid grid-cols-[repeat(auto-fill,minmax(min(22rem,100%),1fr))] gap-3';

export const ChannelList = ({ now }: { readonly now: number }): ReactElement => {
  const { t } = useTranslation();
  const { channels } = useConsole();
  const { channels: all, error } = useStore(channels);
  const plugins = all?.filter(({ kind }) => kind === 'plugin') ?? [];
  return (
    <>
      <LoadFailure error={error} title={t('channels.failed')} onRetry={() => channels.load()} />
      {all === null && error === null ? <Skeleton /> : null}
      {all !== null && plugins.length === 0 ? (
        <EmptyState icon={Radio} title={t('channels.empty')} text={t('channels.emptyText')}>
          <Button look="primary" onClick={() => channels.add(true)}>
            {t('channels.add')}
          </Button>
        </EmptyState>
      ) : null}
      {plugins.length === 0 ? null : (
        <ul aria-label={t('channels.title')} className={grid}>
          {plugins.map((channel) => (
            <ChannelCard key={channel.id} channel={channel} now={now} />
          ))}
        </ul>
      )}
      {all === null ? null : <BuiltIn channels={all.filter(({ kind }) => kind === 'built-in')} />}
    </>
  );
};

/** Always there: nothing about them can be changed here. */
const BuiltIn = ({ channels }: { readonly channels: readonly Channel[] }): ReactElement => {
  const { t } = useTranslation();
  return (
    <section className="mt-2 text-[13px]">
      <h2 className="font-medium">{t('channels.builtIn')}</h2>
      <ul className="mt-1 text-muted-foreground">
        {channels.map(({ id }) => (
          <li key={id}>{id === 'api' || id === 'console' ? t(`channels.builtIn.${id}`) : id}</li>
        ))}
      </ul>
    </section>
  );
};

const Skeleton = (): ReactElement => {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('channels.loading')} className={`shimmer ${grid}`}>
      {['a', 'b'].map((card) => (
        <div key={card} aria-hidden className="h-28 rounded-xl bg-muted" />
      ))}
    </div>
  );
};
