// One channel as the gateway runs it, in a process of its own: `channels.mjs MODULE HOST_FILE FOLDER WORKER`, told what to do by messages.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serveDeeds } from './serve-deeds.mjs';

const [module = '', hostFile = '', folder = '', worker = ''] = process.argv.slice(2);
const {
  createForkPluginHost,
  createPeers,
  openPrograms,
  openWorkerDatabase,
  runChannel,
  systemClock: clock,
} = await import(pathToFileURL(module).href);
const { findSandbox, confine } = openPrograms({ clock, platform: process.platform, env: process.env, home: folder, hidden: [] });
const host = createForkPluginHost({
  ...{ clock, platform: process.platform, env: process.env, execPath: process.execPath, hostFile, findSandbox, confine, randomBytes },
});
const { database } = await openWorkerDatabase({ file: join(folder, 'channels.db'), now: clock.now, workerUrl: pathToFileURL(worker) });
const manifest = {
  ...{ id: 'bench', name: 'bench', version: '1.0.0', kind: 'channel', main: 'index.mjs', engines: { pluginApi: 1 }, uiHints: {} },
  ...{ permissions: { net: [], listen: false, fs: [], env: [] } },
};
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const none = () => () => undefined;

/** Told when a turn would begin. @type {(message: {content: string}) => void} */
let onTurn = () => undefined;
const outcome = Promise.resolve({ status: 'completed', reply: '', error: null });
const channel = runChannel(
  {
    ...{
      channel: 'bench',
      entry: { enabled: true, senders: 'anyone', rateLimit: 1_000_000 },
      plugin: { manifest, folder: join(folder, 'plugin'), bundled: false },
    },
    ...{ options: {}, account: '', log: silent, onReply: () => undefined, onChange: () => undefined },
  },
  {
    ...{
      database,
      clock,
      randomBytes,
      host,
      peers: createPeers({ database, clock, randomBytes, onChange: () => undefined, onLetIn: () => undefined }),
      channelFolder: () => join(folder, 'channel-data'),
    },
    ...{ secrets: { get: async () => null }, uploads: {}, engine: { find: () => null }, endOf: async () => null },
    stops: { holding: () => null, onChange: none },
    approvals: { pending: () => [], onChange: none },
    submit: async (/** @type {{content: string}} */ message) => {
      onTurn(message);
      return { kind: 'running', turn: { request: { messageId: message.content }, approvals: () => [], outcome } };
    },
  },
);
/** @type {import('../../src-main/channels/plugin-host.ts').KeptPlugin} */
const plugin = channel.plugin;
if (plugin.health().state !== 'running')
  await new Promise((resolve) => plugin.onHealth(({ state }) => state === 'running' && resolve(undefined)));

const now = () => performance.timeOrigin + performance.now();

const deeds = {
  /** From the plugin's call until a turn begins, one after the other; beside it, one bare commit of the same database. */
  inbound: async (/** @type {{times: number}} */ { times }) => {
    const took = [];
    const commits = [];
    for (let n = 0; n < 2 * times; n += 1) {
      const begun = new Promise((resolve) => {
        onTurn = ({ content }) => resolve(now() - Number(content));
      });
      await plugin.send('hear', { id: `${n}`, content: '', idempotencyKey: `${n}` });
      const ms = await begun;
      const at = performance.now();
      await database.write([{ op: 'meta.set', key: 'bench', value: `${n}` }]);
      if (n < times) continue;
      took.push(ms);
      commits.push(performance.now() - at);
    }
    return { took, commits };
  },
  /** Rows in lanes, until all are sent. */
  drain: async (/** @type {{rows: number, lanes: number}} */ { rows, lanes }) => {
    const put = (/** @type {number} */ n) => ({
      op: 'outbox.put',
      row: {
        ...{ id: randomBytes(8).toString('hex'), channel: 'bench', lane: `l${n % lanes}`, to: 'nobody', createdAt: clock.now() },
        message: { id: `${n}`, content: 'hello', idempotencyKey: `${n}` },
      },
    });
    await database.write(Array.from({ length: rows }, (_, n) => put(n)));
    const at = performance.now();
    for (let lane = 0; lane < lanes; lane += 1) channel.wakeLane(`l${lane}`);
    for (;;) {
      const counts = await database.read({ op: 'outbox.counts' });
      if (counts.bench?.dead) throw new Error('a message could not be sent');
      if (!counts.bench?.open) break;
    }
    const drained = rows / ((performance.now() - at) / 1_000);
    const began = performance.now();
    // The same calls without an outbox, as many at once.
    for (let n = 0; n < rows; n += lanes)
      await Promise.all(Array.from({ length: lanes }, () => plugin.send('nobody', { id: '1', content: 'hello', idempotencyKey: 'k' })));
    return { perSecond: drained, barePerSecond: rows / ((performance.now() - began) / 1_000) };
  },
};

serveDeeds(deeds);
