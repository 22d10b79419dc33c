import { Copy, FlaskConical, MessageSquare, Pencil, RotateCcw, Trash2 } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useModelName } from '../../model/use-model.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { formatUsd } from '../../ui/format-usd.ts';

/** One agent, as the page knows it. */
export type AgentRow = {
  readonly id: string;
  readonly name: string;
  /** The gateway's label for it. */
  readonly model: string;
  readonly tools: number;
  readonly state: 'idle' | 'running' | 'stopped';
  readonly spentUsd: number;
  readonly limitUsd: number | null;
  /** How it can be taken away: not at all, back to its defaults, or whole. */
  readonly removable: 'no' | 'reset' | 'yes';
};

export type AgentActions = {
  readonly onChat: () => void;
  readonly onTest: () => void;
  readonly onEdit: () => void;
  readonly onDuplicate: () => void;
  readonly onRemove: () => void;
};

export const AgentCard = ({ agent, ...actions }: AgentActions & { readonly agent: AgentRow }): ReactElement => {
  const { t } = useTranslation();
  const { id, name, tools, removable } = agent;
  const model = useModelName(agent.model);
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-56 flex-1">
        <div className="flex min-w-0 flex-wrap items-center gap-x-2.5">
          <h2 className="truncate font-medium">{name}</h2>
          <StateBadge state={agent.state} />
        </div>
        <p className="truncate text-muted-foreground text-xs" title={model}>
          <span className="font-mono">{id}</span>
          {' · '}
          {model}
          {' · '}
          {t('agents.toolCount', { count: tools })}
        </p>
        <Spent agent={agent} />
      </div>
      <div className="flex shrink-0 items-center gap-0.5">
        <Button aria-label={t('agents.chatWith', { name })} onClick={actions.onChat}>
          <MessageSquare size={14} aria-hidden />
          {t('agents.chat')}
        </Button>
        <Button className="mr-1 ml-1.5" aria-label={t('agents.testOne', { name })} onClick={actions.onTest}>
          <FlaskConical size={14} aria-hidden />
          {t('agents.test')}
        </Button>
        <IconButton size="small" label={t('agents.edit', { name })} onClick={actions.onEdit}>
          <Pencil size={15} />
        </IconButton>
        <IconButton size="small" label={t('agents.duplicate', { name })} onClick={actions.onDuplicate}>
          <Copy size={15} />
        </IconButton>
        {removable === 'no' ? (
          <span className="size-7" />
        ) : (
          <IconButton size="small" label={t(removable === 'reset' ? 'agents.reset' : 'agents.remove', { name })} onClick={actions.onRemove}>
            {removable === 'reset' ? <RotateCcw size={15} /> : <Trash2 size={15} />}
          </IconButton>
        )}
      </div>
    </li>
  );
};

const StateBadge = ({ state }: { readonly state: AgentRow['state'] }): ReactElement => {
  const { t } = useTranslation();
  const colour = { idle: 'text-muted-foreground', running: 'text-ok', stopped: 'text-bad' }[state];
  return (
    <span className={cx('inline-flex items-center gap-1.5 text-xs', colour)}>
      <span aria-hidden className="size-1.5 rounded-full bg-current" />
      {t(`agents.state.${state}`)}
    </span>
  );
};

/** What it has cost today, and how much of its budget that is. */
const Spent = ({ agent: { name, spentUsd, limitUsd } }: { readonly agent: AgentRow }): ReactElement => {
  const { t, i18n } = useTranslation();
  const usd = (value: number): string => formatUsd(value, i18n.language);
  if (limitUsd === null)
    return <p className="mt-1 text-muted-foreground text-xs tabular-nums">{t('agents.spent', { spent: usd(spentUsd) })}</p>;
  const used = limitUsd === 0 ? 1 : Math.min(1, spentUsd / limitUsd);
  return (
    <div className="mt-1 flex items-center gap-2.5 text-xs">
      {/* biome-ignore lint/a11y/useSemanticElements: browsers do not let <meter> be styled alike */}
      <div
        role="meter"
        aria-label={t('agents.budgetOf', { name })}
        aria-valuemin={0}
        aria-valuemax={limitUsd}
        aria-valuenow={Math.min(limitUsd, spentUsd)}
        className="h-1.5 w-28 overflow-hidden rounded-full bg-muted"
      >
        <div className={cx('h-full', used >= 1 ? 'bg-bad' : used >= 0.8 ? 'bg-warn' : 'bg-accent')} style={{ width: `${used * 100}%` }} />
      </div>
      <span className="text-muted-foreground tabular-nums">{t('agents.spentOf', { spent: usd(spentUsd), limit: usd(limitUsd) })}</span>
    </div>
  );
};
