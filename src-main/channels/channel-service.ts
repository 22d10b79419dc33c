import type { Logger } from 'pino';
import { AppError } from '../../src-shared/app-error.ts';
import type { ChannelConfig } from '../../src-shared/contract/channel-config.ts';
import type { Config } from '../../src-shared/contract/config.ts';
import type { JsonSchemaParameters } from '../agents/tools/tool.ts';
import { createLane, type Lane } from '../lane.ts';
import type { Asked } from '../storage/database.ts';
import { wordsOf } from '../words-of.ts';
import { channelPrincipal } from './channel-principal.ts';
import { channelSecretName } from './channel-unit.ts';
import { wordsIn } from './channel-words.ts';
import { checkOptions, withDefaults } from './check-options.ts';
import type { PluginHealth } from './plugin-host.ts';
import type { PluginStore } from './plugin-store.ts';
import type { PluginTools } from './plugin-tools.ts';
import type { RunningChannel, RunPorts } from './run-channel.ts';

/** How a channel stands: as its plugin does, or why there is none that runs. */
export type ChannelState = Pick<PluginHealth, 'detail' | 'since' | 'restarts' | 'nextTryAt'> & {
  readonly state: PluginHealth['state'] | 'disabled' | 'not-installed' | 'broken';
};

/** The channels of config.json, kept as it says. One that is broken is a state with words, and stops no other. */
export type ChannelService = {
  /** Nothing is loaded where no channel is enabled. */
  readonly start: () => void;
  readonly state: (channel: string) => ChannelState;
  /** @throws AppError CHANNEL_UNKNOWN, CHANNEL_OFF where it does not run, with words */
  readonly running: (channel: string) => RunningChannel;
  /** Starts it anew, and forgets what went wrong so far. @throws AppError CHANNEL_UNKNOWN, CHANNEL_OFF */
  readonly restart: (channel: string) => Promise<void>;
  /** Until it is started, its entry is changed or the gateway starts again. Ends its turns. @throws AppError CHANNEL_UNKNOWN */
  readonly halt: (channel: string) => Promise<void>;
  /** Something is new in this lane of its outbox. */
  readonly wakeLane: (channel: string, lane: string) => void;
  /** Other credentials: another bot counts its messages anew. It is restarted once, with what `change` does to its entry. */
  readonly withOtherSecrets: (channel: string, change: () => Promise<void>) => Promise<void>;
  /** @throws AppError CHANNEL_OFF: turns of that channel do not begin */
  readonly requireOn: (channel: string) => void;
  /** Tells somebody who had asked that they are in, where the channel is in force. */
  readonly welcome: (channel: string, asked: Asked) => void;
  /** Something of a channel has changed that lists show: whom it knows, what it has to send. */
  readonly changed: () => void;
  /** Told after each change of a state, of what was heard and sent, and of whom a channel knows. Returns its undo. */
  readonly onChange: (listener: () => void) => () => void;
  /** Nothing is heard and nothing sent any more; the plugins are stopped by their host. */
  readonly close: () => Promise<void>;
};

export type ServicePorts = RunPorts & {
  readonly config: () => Config;
  readonly onConfig: (listener: (now: Config, before: Config) => void) => () => void;
  readonly store: PluginStore;
  readonly log: Logger;
  readonly readSchema: (jsonSchema: Readonly<Record<string, unknown>>, what?: string) => Promise<JsonSchemaParameters>;
  readonly pluginTools: Pick<PluginTools, 'put'>;
  readonly cancelOwner: (ownerId: string) => void;
};

type Slot = {
  readonly inTurn: Lane;
  entry: ChannelConfig;
  halted: boolean;
  /** Where there is no plugin that tells its own. */
  still: ChannelState;
  running: RunningChannel | null;
};

const nowhere = { restarts: 0, nextTryAt: null } as const;

export const createChannelService = (ports: ServicePorts): ChannelService => {
  const { database, clock, config, store } = ports;
  const slots = new Map<string, Slot>();
  /** Kept where an entry goes: one that comes back waits until the old one is gone. */
  const lanes = new Map<string, Lane>();
  const listeners = new Set<() => void>();
  const undo: (() => void)[] = [];
  let closed = false;

  const laneOf = (channel: string): Lane => {
    const lane = lanes.get(channel) ?? createLane();
    lanes.set(channel, lane);
    return lane;
  };
  const changed = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const still = (state: ChannelState['state'], detail: string | null): ChannelState => ({ state, detail, since: clock.now(), ...nowhere });
  const show = (slot: Slot, state: ChannelState['state'], detail: string | null): void => {
    slot.still = still(state, detail);
    changed();
  };

  const wakeLane = (channel: string, lane: string): void => slots.get(channel)?.running?.wakeLane(lane);

  const open = async (channel: string, slot: Slot): Promise<void> => {
    const { entry } = slot;
    const log = ports.log.child({ source: `channel:${channel}` });
    if (closed || !entry.enabled) return show(slot, 'disabled', null);
    if (slot.halted) return show(slot, 'stopped', 'It was stopped by hand; start it again.');
    try {
      const id = entry.plugin ?? channel;
      const plugin = await store.find(id);
      if (plugin === null) return show(slot, 'not-installed', `config.json enables it, but no plugin "${id}" is installed.`);
      const getSecret = (name: string) => ports.secrets.get(channelSecretName(channel, name));
      const options = withDefaults(plugin.manifest, entry.options ?? {});
      const problem = await checkOptions(plugin.manifest, options, getSecret, ports.readSchema);
      if (problem) {
        log.warn(problem.detail);
        return show(slot, problem.state, problem.detail);
      }
      if (plugin.manifest.kind === 'tools') {
        const { runTools } = await import('./run-tools.ts');
        if (closed) return;
        slot.running = runTools({ channel, entry, plugin, log, onChange: changed }, ports);
        return changed();
      }
      const account = (await database.read({ op: 'meta.get', key: accountKey(channel) })) ?? '';
      const { runChannel } = await import('./run-channel.ts');
      if (closed) return;
      slot.running = runChannel(
        { channel, entry, plugin, options, account, log, onReply: (lane) => wakeLane(channel, lane), onChange: changed },
        ports,
      );
      changed();
    } catch (thrown) {
      log.error({ err: thrown }, 'the channel cannot be started');
      show(slot, 'broken', wordsOf(thrown));
    }
  };

  const shut = async (slot: Slot): Promise<void> => {
    const { running } = slot;
    slot.running = null;
    await running?.close(true);
  };

  /** What it had to send is not sent a month later, when somebody sets it up again. */
  const bury = async (channel: string): Promise<void> => {
    if (closed || Object.hasOwn(config().channels, channel)) return;
    try {
      await database.write([{ op: 'outbox.bury', channel, error: wasRemoved, at: clock.now() }]);
    } catch (err) {
      ports.log.warn({ err, channel }, 'what a removed channel had to send stays as it is');
    }
  };

  const reopen = (channel: string, slot: Slot): Promise<void> =>
    slot.inTurn(async () => {
      await shut(slot);
      await open(channel, slot);
    });

  const follow = (now: Config): void => {
    for (const [channel, entry] of Object.entries(now.channels)) {
      const there = slots.get(channel);
      // What is the same as before is the same object.
      if (there?.entry === entry) continue;
      const slot = there ?? { inTurn: laneOf(channel), entry, halted: false, still: still('disabled', null), running: null };
      slot.entry = entry;
      slot.halted = false;
      slots.set(channel, slot);
      if (!entry.enabled) ports.cancelOwner(channelPrincipal(channel).id);
      if (entry.enabled || there) void reopen(channel, slot);
    }
    for (const [channel, slot] of slots) {
      if (Object.hasOwn(now.channels, channel)) continue;
      slots.delete(channel);
      ports.cancelOwner(channelPrincipal(channel).id);
      void slot.inTurn(async () => {
        await shut(slot);
        await bury(channel);
      });
    }
    changed();
  };

  const find = (channel: string): Slot => {
    const slot = slots.get(channel);
    if (!slot) throw new AppError('CHANNEL_UNKNOWN', { hint: `config.json has no channels.${channel}.` });
    return slot;
  };
  const stateOf = ({ running, still }: Slot): ChannelState => running?.plugin.health() ?? still;
  const off = (channel: string, { state, detail }: ChannelState): AppError =>
    new AppError('CHANNEL_OFF', { message: `The channel "${channel}" does not run (${state}).${detail === null ? '' : ` ${detail}`}` });

  return {
    start: () => {
      undo.push(
        ports.onConfig((now, before) => now.channels !== before.channels && follow(now)),
        store.onChange((pluginId) => {
          for (const [channel, slot] of slots)
            if ((slot.entry.plugin ?? channel) === pluginId && slot.entry.enabled) void reopen(channel, slot);
        }),
      );
      follow(config());
    },
    state: (channel) => {
      const slot = slots.get(channel);
      return slot ? stateOf(slot) : still('disabled', null);
    },
    running: (channel) => {
      const slot = find(channel);
      if (slot.running === null) throw off(channel, slot.still);
      return slot.running;
    },
    restart: async (channel) => {
      const slot = find(channel);
      if (!slot.entry.enabled) throw off(channel, still('disabled', 'Enable it first.'));
      slot.halted = false;
      await reopen(channel, slot);
    },
    halt: async (channel) => {
      const slot = find(channel);
      slot.halted = true;
      ports.cancelOwner(channelPrincipal(channel).id);
      await reopen(channel, slot);
    },
    wakeLane,
    withOtherSecrets: async (channel, change) => {
      await database.write([{ op: 'meta.set', key: accountKey(channel), value: ports.randomBytes(8).toString('hex') }]);
      const before = slots.get(channel)?.entry;
      await change();
      const slot = slots.get(channel);
      if (!slot) return;
      // A changed entry is on its way to be restarted already.
      if (slot.entry === before && slot.entry.enabled) await reopen(channel, slot);
      else await slot.inTurn(async () => undefined);
    },
    requireOn: (channel) => {
      const entry = config().channels[channel];
      if (!entry?.enabled || slots.get(channel)?.halted) throw off(channel, still('disabled', null));
    },
    welcome: (channel, { by, language }) => {
      slots
        .get(channel)
        ?.running?.say(wordsIn[language].letIn, { ...by, content: '' })
        .catch((err: unknown) => ports.log.warn({ err, channel }, 'somebody could not be told that they are in'));
    },
    changed,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: async () => {
      closed = true;
      for (const step of undo) step();
      await Promise.all([...slots.values()].map(({ running }) => running?.close(false)));
    },
  };
};

const wasRemoved = 'The channel was removed before it was sent.';
const accountKey = (channel: string): string => `channel.${channel}.account`;
