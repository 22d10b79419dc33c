import { Plug, Plus } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { LoadFailure } from '../../ui/load-failure.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { AddServersDialog } from './add-servers-dialog.tsx';
import { RemoveServerDialog } from './remove-server-dialog.tsx';
import { ServerCard } from './server-card.tsx';
import { TryToolDialog } from './try-tool-dialog.tsx';

/** Servers come and go by themselves; while one looks, it is looked again. */
const everyMs = 2_000;

type Open = { readonly what: 'add' } | { readonly what: 'remove'; readonly name: string } | { readonly what: 'try'; readonly tool: string };

export const McpPage = (): ReactElement => {
  const { t } = useTranslation();
  const { mcp } = useConsole();
  const { servers, error } = useStore(mcp);
  const [open, setOpen] = useState<Open | null>(null);
  const close = (): void => setOpen(null);
  useEffect(() => {
    void mcp.load();
    const timer = setInterval(() => void mcp.load(), everyMs);
    return () => clearInterval(timer);
  }, [mcp]);
  const add = (
    <Button look="primary" onClick={() => setOpen({ what: 'add' })}>
      <Plus size={14} aria-hidden />
      {t('mcp.add')}
    </Button>
  );
  const tool = open?.what === 'try' ? servers?.flatMap(({ tools }) => tools).find(({ name }) => name === open.tool) : undefined;
  return (
    <PageFrame title={t('mcp.title')} actions={servers && servers.length > 0 ? add : null}>
      <div className="flex flex-col gap-3 px-5 py-4">
        <LoadFailure error={error} title={t('mcp.failed')} onRetry={() => mcp.load()} />
        {servers === null ? (
          error ? null : (
            <Skeleton />
          )
        ) : servers.length === 0 ? (
          <EmptyState icon={Plug} title={t('mcp.empty')} text={t('mcp.emptyText')}>
            {add}
          </EmptyState>
        ) : (
          <ul className="flex flex-col gap-3">
            {servers.map((server) => (
              <ServerCard
                key={server.name}
                server={server}
                onRemove={() => setOpen({ what: 'remove', name: server.name })}
                onTry={(name) => setOpen({ what: 'try', tool: name })}
              />
            ))}
          </ul>
        )}
      </div>
      {open?.what === 'add' ? <AddServersDialog known={servers?.map(({ name }) => name) ?? []} onClose={close} /> : null}
      {open?.what === 'remove' ? <RemoveServerDialog name={open.name} onClose={close} /> : null}
      {tool ? <TryToolDialog key={tool.name} tool={tool} onClose={close} /> : null}
    </PageFrame>
  );
};

const Skeleton = (): ReactElement => {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('mcp.loading')} className="shimmer flex flex-col gap-3">
      {['a', 'b'].map((row) => (
        <div key={row} aria-hidden className="h-20 rounded-xl bg-muted" />
      ))}
    </div>
  );
};
