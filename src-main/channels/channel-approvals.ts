import type { Logger } from 'pino';
import type { Action, ChannelCapabilities, InboundAction, InboundMessage } from '../../packages/plugin-sdk/src/index.ts';
import { AppError } from '../../src-shared/app-error.ts';
import type { Approval } from '../../src-shared/contract/events.ts';
import type { ApprovalQueue } from '../approvals/approval-queue.ts';
import type { InboxRow } from '../storage/database.ts';
import { channelPrincipal } from './channel-principal.ts';
import { channelWords } from './channel-words.ts';
import type { Peers } from './peers.ts';

/** What agents ask in a channel: a message with buttons, which only a paired owner can press. Text never approves. */
export type ChannelApprovals = {
  readonly ask: (approval: Approval) => void;
  readonly pressed: (action: InboundAction) => Promise<{ readonly text: string }>;
  readonly close: () => void;
};

export type ApprovalPorts = {
  readonly channel: string;
  readonly approvals: Pick<ApprovalQueue, 'pending' | 'answer' | 'onChange'>;
  readonly peers: Pick<Peers, 'find'>;
  readonly log: Logger;
  readonly capabilities: () => ChannelCapabilities;
  readonly rowOf: (messageId: string) => InboxRow | null;
  readonly say: (text: string, to: InboundMessage, actions: readonly Action[]) => Promise<void>;
};

export const createChannelApprovals = (ports: ApprovalPorts): ChannelApprovals => {
  const { channel, approvals, log } = ports;
  const by = channelPrincipal(channel);
  /** Pending ones that were asked here, and the words for each. */
  const asked = new Map<string, ReturnType<typeof channelWords>>();

  const ask = (approval: Approval): void => {
    const row = ports.rowOf(approval.messageId);
    if (row === null || asked.has(approval.id)) return;
    const words = channelWords(row.message.content);
    asked.set(approval.id, words);
    const { title, risk, cwd, needsPin } = approval;
    const canPress = ports.capabilities().actions === true && !needsPin;
    const text = `${fenced(words.approval.asks(oneLine(title), risk, cwd))}\n\n${canPress ? words.approval.press : words.approval.console}`;
    const actions: Action[] = canPress
      ? [
          { id: `approve:${approval.id}`, label: words.approval.approve, style: 'primary' },
          { id: `deny:${approval.id}`, label: words.approval.deny, style: 'danger' },
        ]
      : [];
    ports.say(text, row.message, actions).catch((err: unknown) => log.warn({ err }, 'an approval could not be asked in the channel'));
  };

  const close = approvals.onChange((approval) => {
    if (approval.ownerId !== by.id) return;
    if (approval.status === 'pending') ask(approval);
    else asked.delete(approval.id);
  });

  return {
    ask,
    close,
    pressed: async ({ actionId, from }) => {
      const [, decision, id = ''] = /^(approve|deny):(apr_[A-Za-z0-9_-]{22})$/.exec(actionId) ?? [];
      const approval = approvals.pending().find((pending) => pending.id === id && pending.ownerId === by.id);
      const words = asked.get(id)?.approval ?? channelWords('').approval;
      const peer = from.isBot ? null : await ports.peers.find(channel, from.id);
      if (peer?.status !== 'owner') {
        log.warn({ peer: from.id, approval: id }, 'somebody who is no owner pressed a button of an approval');
        return { text: words.ownersOnly };
      }
      if (!approval) return { text: words.over };
      // It was never offered with a button.
      if (approval.needsPin) return { text: words.console };
      try {
        await approvals.answer(id, { decision: decision === 'approve' ? 'approve' : 'deny', pin: null, remember: 'once' }, by);
      } catch (thrown) {
        const error = AppError.from(thrown);
        return { text: error.code === 'APPROVAL_OVER' || error.code === 'APPROVAL_UNKNOWN' ? words.over : error.message };
      }
      log.info({ peer: from.id, approval: id, decision }, `an owner pressed ${decision}`);
      return { text: decision === 'approve' ? words.granted : words.denied };
    },
  };
};

const oneLine = (title: string): string => title.replace(/\s+/g, ' ').slice(0, 1_000);

/** Nothing in it is Markdown: what a tool is to do must be read as it is. */
const fenced = (text: string): string => {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
};
