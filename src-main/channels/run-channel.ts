import type { Logger } from 'pino';
import type { Action, InboundMessage } from '../../packages/plugin-sdk/src/index.ts';
import type { ChannelConfig } from '../../src-shared/contract/channel-config.ts';
import type { ApprovalQueue } from '../approvals/approval-queue.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import type { Stops } from '../sessions/stops.ts';
import type { SubmitMessage } from '../sessions/submit-message.ts';
import type { TurnEngine } from '../sessions/turn-engine.ts';
import type { Database, NewOutboxRow } from '../storage/database.ts';
import type { SecretStore } from '../storage/secret-store.ts';
import type { UploadStore } from '../uploads/upload-store.ts';
import { createChannelApprovals } from './channel-approvals.ts';
import { channelPrincipal } from './channel-principal.ts';
import { type ChannelAnswer, createChannelTurns, type TurnPorts } from './channel-turns.ts';
import { channelUnit, createDiscardFiles, createOwnFiles } from './channel-unit.ts';
import { createInbox } from './inbox.ts';
import { outboundRows } from './outbound.ts';
import { createOutbox } from './outbox.ts';
import type { Peers } from './peers.ts';
import type { InstalledPlugin, KeptPlugin, PluginHealth, PluginHost } from './plugin-host.ts';
import { conversationOf } from './session-name.ts';
import { createTyping } from './typing.ts';

export type RunPorts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly secrets: Pick<SecretStore, 'get'>;
  readonly uploads: Pick<UploadStore, 'save' | 'find' | 'read' | 'discard'>;
  readonly host: Pick<PluginHost, 'keep'>;
  /** Where the plugin of a channel keeps its files. */
  readonly channelFolder: (channel: string, bundled: boolean) => string;
  readonly peers: Peers;
  readonly submit: SubmitMessage;
  readonly engine: Pick<TurnEngine, 'find'>;
  readonly endOf: TurnPorts['endOf'];
  readonly stops: Pick<Stops, 'holding' | 'onChange'>;
  readonly approvals: Pick<ApprovalQueue, 'pending' | 'answer' | 'onChange'>;
};

/** A channel that is in force: its plugin, what it hears and what it is to say. */
export type RunningChannel = {
  readonly plugin: KeptPlugin;
  /** Something is new in this lane of the outbox. */
  readonly wakeLane: (lane: string) => void;
  /** Says this where somebody wrote, by the outbox. Resolves when it is on the disk. */
  readonly say: (text: string, to: InboundMessage) => Promise<void>;
  /** Takes nothing more, and sends nothing more. The plugin is stopped by whoever stops all, unless `andPlugin`. */
  readonly close: (andPlugin: boolean) => Promise<void>;
};

type Entry = {
  readonly channel: string;
  readonly entry: ChannelConfig;
  readonly plugin: InstalledPlugin;
  /** Those of the entry, with what the plugin's schema gives where it says nothing. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Changes with the credentials. */
  readonly account: string;
  readonly log: Logger;
  /** Something is new in this lane: to be told to the channel that is in force then. */
  readonly onReply: (lane: string) => void;
  /** Its health, what it heard or what it says has changed. */
  readonly onChange: () => void;
};

export const runChannel = (
  { channel, entry, plugin, options, account, log, onReply, onChange }: Entry,
  ports: RunPorts,
): RunningChannel => {
  const { database, clock, randomBytes, peers, stops, engine } = ports;
  const by = channelPrincipal(channel);
  const capabilities = () => kept.health().capabilities ?? {};
  const isStopped = (): boolean => stops.holding({ agentId: '', ownerId: by.id, channel, session: { id: '' } }) !== null;
  let isOpen = false;
  let isClosed = false;

  const rowsFor = (answer: ChannelAnswer & { readonly actions?: readonly Action[] }, to: InboundMessage): Promise<NewOutboxRow[]> =>
    outboundRows(answer, { channel, to, capabilities: capabilities(), clock, randomBytes });
  const onRows = (rows: readonly NewOutboxRow[]): void => {
    if (rows.length > 0) onChange();
    for (const lane of new Set(rows.map((row) => row.lane))) onReply(lane);
  };

  const say = async (text: string, to: InboundMessage, actions: readonly Action[] = []): Promise<void> => {
    const rows = await rowsFor({ text, actions }, to);
    await database.write(rows.map((row) => ({ op: 'outbox.put', row }) as const));
    onRows(rows);
  };

  const turns = createChannelTurns({
    ...{ channel, entry, database, randomBytes, submit: ports.submit, engine, endOf: ports.endOf },
    onTurn: (turn, row) => {
      // Those that were asked while nobody looked.
      for (const approval of turn.approvals()) buttons.ask(approval);
      const threadId = capabilities().threads ? row.message.threadId : undefined;
      return showTyping(conversationOf(row.message), threadId);
    },
  });
  const inbox = createInbox({
    ...{ channel, entry, account, database, clock, log, peers, turns },
    ownFiles: createOwnFiles(ports.uploads, channel, log),
    discardFiles: createDiscardFiles(ports.uploads, log),
    isHeld: () => !isOpen || isStopped(),
    reply: rowsFor,
    onHeard: onChange,
    onReply: onRows,
  });
  const buttons = createChannelApprovals({
    ...{ channel, approvals: ports.approvals, peers, log, capabilities, rowOf: turns.rowOf },
    say,
  });
  const kept = ports.host.keep(
    channelUnit({
      ...{ channel, plugin, options, dataFolder: ports.channelFolder(channel, plugin.bundled) },
      ...{ database, secrets: ports.secrets, uploads: ports.uploads, log, heard: inbox.heard, pressed: buttons.pressed },
    }),
  );
  const showTyping = createTyping(kept, clock);
  const canSend = (): boolean => isOpen && !isStopped() && sending.has(kept.health().state);
  const outbox = createOutbox({
    ...{ channel, database, clock, randomBytes, log, send: kept.send, canSend, onEnded: onChange },
    isIdempotent: () => capabilities().idempotent === true,
  });

  /** What it can do is known: the rest goes on, with what a crash left marked as such. */
  const open = async (): Promise<void> => {
    try {
      await database.write([{ op: 'outbox.recover', channel, idempotent: capabilities().idempotent === true, at: clock.now() }]);
    } catch (err) {
      log.warn({ err }, 'what is to be sent cannot be read; it is tried again');
      clock.after(storageRetryMs, () => void (isClosed || open()));
      return;
    }
    isOpen = true;
    goOn();
  };
  const goOn = (): void => {
    inbox.wake();
    outbox.wakeAll();
  };

  let opening: Promise<void> | null = null;
  const follow = ({ capabilities: known, state }: PluginHealth): void => {
    onChange();
    if (known === null || isClosed) return;
    if (opening === null) opening = open();
    else if (isOpen && sending.has(state)) outbox.wakeAll();
  };
  const undo = [kept.onHealth(follow), stops.onChange(() => isOpen && goOn())];
  follow(kept.health());

  return {
    plugin: kept,
    wakeLane: outbox.wake,
    say,
    close: async (andPlugin) => {
      isClosed = true;
      for (const step of undo) step();
      inbox.close();
      buttons.close();
      await outbox.close();
      if (andPlugin) await kept.stop();
    },
  };
};

const storageRetryMs = 5_000;
const sending: ReadonlySet<PluginHealth['state']> = new Set(['running', 'degraded']);
