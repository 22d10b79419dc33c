import { Ban, Check, Clock, MessageSquare, X } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Approval } from '../../../src-shared/contract/events.ts';
import { useConsole } from '../../console-context.ts';
import { IconButton } from '../../ui/button.tsx';
import { formatDateTime, formatRelative } from '../../ui/format.ts';
import { useOpenChat } from './use-open-chat.ts';

export const PastApprovals = ({ approvals, now }: { readonly approvals: readonly Approval[]; readonly now: number }): ReactElement => {
  const { t } = useTranslation();
  return (
    <ul aria-label={t('approvals.past')} className="flex flex-col rounded-xl border">
      {approvals.map((approval) => (
        <PastApproval key={approval.id} approval={approval} now={now} />
      ))}
    </ul>
  );
};

const icons = { pending: Clock, granted: Check, denied: X, expired: Clock, cancelled: Ban } as const;

const PastApproval = ({ approval, now }: { readonly approval: Approval; readonly now: number }): ReactElement => {
  const { t, i18n } = useTranslation();
  const openChat = useOpenChat();
  const who = useWho(approval.decidedBy);
  const Icon = icons[approval.status];
  const at = approval.decidedAt ?? approval.requestedAt;
  return (
    <li className="flex items-center gap-3 border-b px-4 py-2 text-[13px] last:border-b-0 hover:bg-card">
      <Icon size={15} className="shrink-0 text-muted-foreground" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="truncate font-mono text-[12.5px]" title={approval.title}>
          {approval.title}
        </p>
        <p className="truncate text-muted-foreground text-xs">
          <span className="font-medium">{t(`approvals.status.${approval.status}`)}</span>
          {who === null ? '' : ` ${t('approvals.by', { who })}`} · {approval.agentId} · {approval.tool}
        </p>
      </div>
      <time
        dateTime={new Date(at).toISOString()}
        title={formatDateTime(at, i18n.language)}
        className="shrink-0 text-muted-foreground text-xs"
      >
        {formatRelative(at, now, i18n.language)}
      </time>
      <IconButton size="small" label={t('approvals.chatOf', { title: approval.title })} onClick={() => openChat(approval)}>
        <MessageSquare size={14} />
      </IconButton>
    </li>
  );
};

/** The name of the token that has answered; its id where there is no such token any more. */
const useWho = (id: string | null): string | null => {
  const { t } = useTranslation();
  const { tokens } = useConsole();
  const own = useStore(tokens, ({ ownId }) => ownId !== null && ownId === id);
  const name = useStore(tokens, (state) => state.tokens.find((token) => token.id === id)?.name);
  if (own) return t('approvals.by.own');
  return id === 'local' ? t('approvals.by.local') : (name ?? id);
};
