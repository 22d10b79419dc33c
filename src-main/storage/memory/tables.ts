import { AppError } from '../../../src-shared/app-error.ts';
import type {
  ApprovalRuleRow,
  BatchLineRow,
  BatchRow,
  ChannelCounts,
  EventRow,
  FileChangeRow,
  InboxRow,
  OutboxRow,
  PeerRow,
  SessionRow,
  SkillBindingRow,
  StoredApproval,
  TaskRow,
  TokenRow,
  TurnRow,
  UsageRow,
} from '../database.ts';

/** `id` is the rowid: the order over all sessions. */
export type StoredEvent = { readonly id: number; readonly sessionId: string; readonly row: EventRow };
export type StoredTurn = TurnRow & { readonly no: number };
export type StoredBatch = BatchRow & { readonly lines: readonly BatchLineRow[]; readonly cancelled: boolean };
export type StoredInbox = InboxRow & { readonly endedAt: number | null };
/** One turn as the sums count it. */
export type Spent = Omit<UsageRow, 'key'> & { readonly keys: Readonly<Record<'day' | 'agent' | 'token' | 'model', string>> };

export type Tables = {
  sessions: Map<string, SessionRow>;
  turns: Map<string, StoredTurn>;
  tokens: Map<string, TokenRow>;
  batches: Map<string, StoredBatch>;
  approvals: Map<string, StoredApproval>;
  rules: Map<string, ApprovalRuleRow>;
  fileChanges: readonly FileChangeRow[];
  skillBindings: Map<string, SkillBindingRow>;
  tasks: Map<string, TaskRow>;
  inbox: Map<number, StoredInbox>;
  outbox: Map<number, OutboxRow>;
  peers: Map<string, PeerRow>;
  pluginState: Map<string, string>;
  /** By channel. */
  lastMessages: Map<string, Pick<ChannelCounts, 'lastInAt' | 'lastOutAt'>>;
  meta: Map<string, string>;
  events: readonly StoredEvent[];
  spent: readonly Spent[];
  /** The newest number of a turn, an event, an approval, or of what was heard or is to be sent. */
  last: number;
};

export const emptyTables = (): Tables => ({
  sessions: new Map(),
  turns: new Map(),
  tokens: new Map(),
  batches: new Map(),
  approvals: new Map(),
  rules: new Map(),
  fileChanges: [],
  skillBindings: new Map(),
  tasks: new Map(),
  inbox: new Map(),
  outbox: new Map(),
  peers: new Map(),
  pluginState: new Map(),
  lastMessages: new Map(),
  meta: new Map(),
  events: [],
  spent: [],
  last: 0,
});

/** Rows are never changed in place, so copies of the maps are enough. */
export const snapshot = (tables: Tables): Tables => ({
  ...tables,
  sessions: new Map(tables.sessions),
  turns: new Map(tables.turns),
  tokens: new Map(tables.tokens),
  batches: new Map(tables.batches),
  approvals: new Map(tables.approvals),
  rules: new Map(tables.rules),
  skillBindings: new Map(tables.skillBindings),
  tasks: new Map(tables.tasks),
  inbox: new Map(tables.inbox),
  outbox: new Map(tables.outbox),
  peers: new Map(tables.peers),
  pluginState: new Map(tables.pluginState),
  lastMessages: new Map(tables.lastMessages),
  meta: new Map(tables.meta),
});

export const clash = (): AppError => new AppError('INTERNAL', { message: 'What was to be stored clashes with what is stored already.' });
