import { ArrowUpRight, Ban, Check, ChevronRight, LoaderCircle, ShieldAlert, Wrench, X } from 'lucide-react';
import { type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ToolCall } from '../../src-shared/contract/events.ts';
import { ApprovalCard } from '../approvals/approval-card.tsx';
import { cx } from '../ui/class-names.ts';
import { formatDuration } from '../ui/format.ts';
import { isOpen, type ToolStep } from './thread.ts';
import { UndoWrites } from './undo-writes.tsx';

/** Tools whose changes can be taken back. */
const writes: ReadonlySet<string> = new Set(['file_write', 'file_edit', 'memory_write']);

type ToolCardProps = { readonly step: ToolStep; readonly messageId: string | null; readonly over: boolean };

/** One tool call: what, on what, how it went; the rest on demand. */
export const ToolCard = ({ step, messageId, over }: ToolCardProps): ReactElement => {
  const { tool, approval, output } = step;
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState(false);
  const body = useId();
  // A call whose turn has ended without its result is not running any more.
  const status = isOpen(tool) && over ? 'failed' : tool.status;
  const args = Object.entries(tool.arguments);
  if (status === 'awaiting_approval' && approval !== null) return <ApprovalCard approval={approval} />;
  return (
    <div className="overflow-hidden rounded-lg border border-border bg-card text-[13px]">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={body}
        onClick={() => setOpen(!open)}
        className="flex h-9 w-full items-center gap-2 px-3 text-left transition-colors hover:bg-hover focus-visible:-outline-offset-2"
      >
        <Wrench size={14} className="shrink-0 text-muted-foreground" aria-hidden />
        <span className="shrink-0 font-medium font-mono text-[12.5px]">{tool.name}</span>
        <span className="min-w-0 flex-1 truncate font-mono text-[12px] text-muted-foreground">{summaryOf(args)}</span>
        {tool.durationMs === undefined ? null : (
          <span className="shrink-0 text-muted-foreground text-xs tabular-nums">{formatDuration(tool.durationMs, i18n.language)}</span>
        )}
        <StatusMark status={status} label={t(`tool.${status}`)} />
        <ChevronRight size={14} className={cx('shrink-0 text-muted-foreground transition-transform', open && 'rotate-90')} aria-hidden />
      </button>
      <div id={body} hidden={!open} className="space-y-2.5 border-border border-t px-3 py-2.5">
        <Section title={t('tool.arguments')} text={args.length === 0 ? t('tool.noArguments') : JSON.stringify(tool.arguments, null, 2)} />
        <Section title={t('tool.result')} text={tool.result ?? (output || t('tool.noResult'))} />
        {over && messageId !== null && status === 'finished' && writes.has(tool.name) ? <UndoWrites messageId={messageId} /> : null}
      </div>
    </div>
  );
};

const StatusMark = ({ status, label }: { readonly status: ToolCall['status']; readonly label: string }): ReactElement => {
  const marks = {
    awaiting_approval: <ShieldAlert size={14} className="text-warn" />,
    denied: <Ban size={14} className="text-bad" />,
    started: <LoaderCircle size={14} className="spin text-link" />,
    finished: <Check size={14} className="text-ok" />,
    handed_over: <ArrowUpRight size={14} className="text-muted-foreground" />,
    failed: <X size={14} className="text-bad" />,
  };
  return (
    <span role="img" aria-label={label} title={label} className="shrink-0">
      {marks[status]}
    </span>
  );
};

const Section = ({ title, text }: { readonly title: string; readonly text: string }): ReactElement => (
  <section aria-label={title}>
    <p className="mb-1 text-muted-foreground text-xs">{title}</p>
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="max-h-64 overflow-auto whitespace-pre-wrap break-words rounded-md bg-muted px-2.5 py-2 font-mono text-[12px] leading-normal"
    >
      {text}
    </pre>
  </section>
);

/** The one argument as it is, several as `name: value`. */
const summaryOf = (args: readonly (readonly [string, unknown])[]): string =>
  args
    .map(([name, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return args.length === 1 ? text : `${name}: ${text}`;
    })
    .join(', ')
    .slice(0, 200);
