import { ChevronRight, Power, RotateCcw, Trash2 } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { McpServerView } from '../../../src-shared/contract/routes/mcp.ts';
import { useConsole } from '../../console-context.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { ErrorCard } from '../../ui/error-card.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { useAction } from '../../ui/use-action.ts';

type ServerCardProps = {
  readonly server: McpServerView;
  readonly onRemove: () => void;
  /** @param tool as agents call it */
  readonly onTry: (tool: string) => void;
};

/** A server, how it is, and what it offers. */
export const ServerCard = ({ server, onRemove, onTry }: ServerCardProps): ReactElement => {
  const { t } = useTranslation();
  const { mcp } = useConsole();
  const { busy, error, run } = useAction();
  const { name, state } = server;
  const off = state === 'disabled';
  return (
    <li className="rounded-xl border bg-card px-4 py-3">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <h2 className="truncate font-medium text-[13px]">{name}</h2>
            <StateBadge state={state} />
            {server.about ? <span className="text-muted-foreground text-xs">{server.about}</span> : null}
          </div>
          <p className="mt-0.5 truncate font-mono text-muted-foreground text-xs" title={server.where}>
            {server.where}
          </p>
        </div>
        <Button
          disabled={busy}
          aria-label={t(off ? 'mcp.turnOnNamed' : 'mcp.turnOffNamed', { name })}
          onClick={() => void run(() => mcp.turn(name, off))}
        >
          <Power size={14} aria-hidden />
          {t(off ? 'mcp.turnOn' : 'mcp.turnOff')}
        </Button>
        <IconButton
          label={t('mcp.restart', { name })}
          disabled={busy || off}
          onClick={() =>
            void run(async () => {
              await mcp.restart(name);
              return false;
            })
          }
        >
          <RotateCcw size={15} />
        </IconButton>
        <IconButton label={t('mcp.remove', { name })} onClick={onRemove}>
          <Trash2 size={15} />
        </IconButton>
      </div>
      <div className="mt-2 flex flex-col gap-2 empty:hidden">
        {error ? <ErrorCard error={error} /> : null}
        {server.detail ? (
          <pre
            className={cx(
              'max-h-32 overflow-auto whitespace-pre-wrap break-words rounded-lg px-3 py-2 font-mono text-xs',
              state === 'failed' ? 'bg-bad-soft' : 'bg-warn-soft',
            )}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
            tabIndex={0}
          >
            {server.detail}
          </pre>
        ) : null}
        {server.problems.length > 0 ? <NoticeCard tone="warn" title={t('mcp.problems')} details={server.problems} /> : null}
        {server.plainSecrets.length > 0 ? (
          <NoticeCard tone="warn" title={t('mcp.plainSecrets', { names: server.plainSecrets.join(', ') })} />
        ) : null}
        {server.tools.length > 0 ? <Tools server={server} onTry={onTry} /> : null}
      </div>
    </li>
  );
};

const StateBadge = ({ state }: { readonly state: McpServerView['state'] }): ReactElement => {
  const { t } = useTranslation();
  const colour = {
    ready: 'text-ok',
    failed: 'text-bad',
    retrying: 'text-warn',
    connecting: 'text-muted-foreground',
    disabled: 'text-muted-foreground',
  }[state];
  return (
    <span className={cx('inline-flex items-center gap-1.5 text-xs', colour)}>
      <span aria-hidden className="size-1.5 rounded-full bg-current" />
      {t(`mcp.state.${state}`)}
    </span>
  );
};

const Tools = ({ server, onTry }: Pick<ServerCardProps, 'server' | 'onTry'>): ReactElement => {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex h-7 items-center gap-1 rounded-lg pr-2 text-[13px] text-muted-foreground hover:text-foreground"
      >
        <ChevronRight size={14} aria-hidden className={cx('transition-transform', open && 'rotate-90')} />
        {t('mcp.tools', { count: server.tools.length })}
      </button>
      {open ? (
        <ul className="mt-1 flex flex-col divide-y">
          {server.tools.map((tool) => (
            <li key={tool.name} className="flex items-start gap-3 py-2">
              <div className="min-w-0 flex-1">
                <p className="flex flex-wrap items-center gap-x-2 font-mono text-xs">
                  {tool.name}
                  {tool.destructive ? <span className="text-warn">{t('mcp.destructive')}</span> : null}
                  {tool.autoApproved ? <span className="text-muted-foreground">{t('mcp.autoApproved')}</span> : null}
                </p>
                <p className="mt-0.5 line-clamp-2 text-[13px] text-muted-foreground">{tool.description}</p>
              </div>
              <Button
                disabled={server.state !== 'ready'}
                aria-label={t('mcp.tryNamed', { name: tool.name })}
                onClick={() => onTry(tool.name)}
              >
                {t('mcp.try')}
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
};
