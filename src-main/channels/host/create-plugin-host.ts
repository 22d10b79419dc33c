import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock, RandomBytes } from '../../gateway-ports.ts';
import { PluginFailure } from '../plugin-failure.ts';
import type { InstalledPlugin, KeptPlugin, PluginHost, PluginUnit } from '../plugin-host.ts';
import { keepPlugin, type Seat } from './keep-plugin.ts';
import { loadPayload } from './load-payload.ts';
import type { Member, PluginLink } from './plugin-link.ts';
import type { LaunchProcess, ProcessGrant } from './plugin-process.ts';
import { refuseToRead } from './refuse-to-read.ts';

const tryLimitMs = 30_000;
/** A gateway has two seconds to stop. */
const closeLimitMs = 1_200;

export type PluginHostPorts = {
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly launch: LaunchProcess;
  /** Files and folders, absolute, that no plugin is given to read, whoever agrees. */
  readonly gatewayFiles: readonly string[];
};

/** Who sits in which process: bundled plugins in one, each other plugin in its own. */
export const createPluginHost = ({ clock, randomBytes, launch, gatewayFiles }: PluginHostPorts): PluginHost => {
  const kept = new Set<KeptPlugin>();
  const links = new Set<PluginLink>();
  let shared: Promise<PluginLink> | null = null;

  const open = async (grant: ProcessGrant): Promise<PluginLink> => {
    // Not before there is a plugin: whoever has none pays nothing.
    const { openLink } = await import('./plugin-link.ts');
    const link = openLink(await launch(grant), clock);
    links.add(link);
    void link.ended.then(() => links.delete(link));
    return link;
  };

  const openShared = async (grant: ProcessGrant): Promise<PluginLink> => {
    for (;;) {
      shared ??= open(grant);
      const mine = shared;
      const link = await mine.catch((error: unknown) => {
        if (shared === mine) shared = null;
        throw error;
      });
      if (link.isOpen()) return link;
      if (shared === mine) shared = null;
    }
  };

  const takeSeat = async (unit: PluginUnit, on: Omit<Member, 'unit'>): Promise<Seat> => {
    await mkdir(unit.dataFolder, { recursive: true, mode: 0o700 });
    if (!unit.plugin.bundled) await refuseToRead(gatewayFiles, unit.plugin);
    const link = await (unit.plugin.bundled ? openShared(sharedGrant(unit)) : open(ownGrant(unit.plugin, unit.dataFolder)));
    const leave = link.join({ unit, ...on });
    return {
      link,
      leave: async () => {
        if (leave()) return;
        link.end('Nothing runs in it any more.');
        await link.ended;
      },
    };
  };

  return {
    keep: (unit) => {
      const plugin = keepPlugin(unit, { clock, randomBytes, takeSeat });
      kept.add(plugin);
      return {
        ...plugin,
        restart: () => {
          kept.add(plugin);
          return plugin.restart();
        },
        stop: async () => {
          await plugin.stop();
          if (plugin.health().state === 'stopped') kept.delete(plugin);
        },
      };
    },
    tryOut: async (plugin) => {
      await refuseToRead(gatewayFiles, plugin);
      const scratch = await mkdtemp(join(tmpdir(), 'openclaw-try-'));
      // Nobody has agreed to what it asks for yet.
      const wanted = ownGrant(plugin, scratch);
      const link = await open({ ...wanted, read: [plugin.folder], env: [], network: false });
      const gone = new Promise<never>((_resolve, reject) => {
        link.join({ unit: unitOnTrial(plugin), onStatus: () => undefined, onGone: (why) => reject(new PluginFailure(why)) });
      });
      try {
        const answer = link.call('load', plugin.manifest.id, { ...loadPayload(plugin, {}, scratch), net: [] }, tryLimitMs);
        const { network, ...held } = link.isolation;
        return { ...(await Promise.race([answer, gone])), isolation: { ...held, network: network && !wanted.network } };
      } finally {
        gone.catch(() => undefined);
        link.end('It was only tried out.');
        await link.ended;
        await rm(scratch, { recursive: true, force: true });
      }
    },
    close: async () => {
      const endAll = (): void => {
        for (const link of links) link.end('The gateway stops.');
      };
      const cancel = clock.after(closeLimitMs, endAll);
      await Promise.all([...kept].map((plugin) => plugin.stop()));
      cancel();
      endAll();
      kept.clear();
    },
  };
};

const ownGrant = ({ manifest, folder }: InstalledPlugin, data: string): ProcessGrant => {
  const { net, listen, fs, env } = manifest.permissions;
  return { name: manifest.id, read: [folder, ...fs], write: [data], network: listen || net.length > 0, env, heapMb: 128 };
};

/** Those that are ours stand side by side, and so do their data: whoever comes later finds its folders open. */
const sharedGrant = ({ plugin, dataFolder }: PluginUnit): ProcessGrant => ({
  ...{ name: 'bundled', read: [dirname(plugin.folder)], write: [dirname(dataFolder)], network: true, env: [], heapMb: 256 },
});

const unitOnTrial = (plugin: InstalledPlugin): PluginUnit => {
  const refuse = (): Promise<never> => Promise.reject(new PluginFailure('The plugin is only being tried out.', { retryable: false }));
  return {
    ...{ id: plugin.manifest.id, plugin, options: {}, dataFolder: plugin.folder, secret: refuse, heard: refuse, pressed: refuse },
    ...{ state: { get: refuse, set: refuse, delete: refuse }, blobs: { read: refuse, write: refuse }, log: () => undefined },
  };
};
