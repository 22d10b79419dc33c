import type { ChannelConfig } from '../../src-shared/contract/channel-config.ts';
import type { Channel, OutboxItem, Peer, Plugin, PluginReview } from '../../src-shared/contract/rest.ts';
import type { FakeAnswer, FakeGateway } from './fake-gateway.ts';

export const fakePlugin = (known: Partial<Plugin> & { readonly id: string }): Plugin => ({
  name: known.id,
  version: '1.0.0',
  kind: 'channel',
  bundled: true,
  description: null,
  nameZh: null,
  descriptionZh: null,
  detailsZh: {},
  homepage: null,
  icon: false,
  sha256: null,
  previousVersion: null,
  installedAt: null,
  error: null,
  permissions: { net: [], listen: false, fs: [], env: [] },
  configSchema: { type: 'object', properties: {}, additionalProperties: false },
  uiHints: {},
  ...known,
});

export const fakeChannel = (known: Partial<Channel> & { readonly id: string }): Channel => ({
  name: known.id,
  kind: 'plugin',
  state: 'running',
  detail: '',
  plugin: known.id,
  enabled: true,
  since: 1_000,
  restarts: 0,
  nextTryAt: null,
  waiting: 0,
  dead: 0,
  hookPath: `/api/v1/hooks/${known.id}`,
  ...known,
});

export const fakeItem = (known: Partial<OutboxItem> & { readonly id: string }): OutboxItem => ({
  to: 'ada',
  threadId: null,
  content: 'hello',
  state: 'sent',
  attempts: 0,
  nextAt: null,
  error: null,
  receiptId: null,
  maybeDuplicate: false,
  createdAt: 1_000,
  endedAt: 1_000,
  ...known,
});

/** The channel routes of a fake gateway. What was asked stands in `asked`. */
export type FakeChannels = {
  channels: Channel[];
  plugins: Plugin[];
  peers: Peer[];
  outbox: OutboxItem[];
  readonly entries: Map<string, ChannelConfig>;
  readonly secrets: Map<string, readonly string[]>;
  /** What an archive turns out to be. */
  review: PluginReview | null;
  /** How a test message goes. */
  test: { readonly ok: boolean; readonly error?: { readonly code: string; readonly message: string } };
  readonly asked: { readonly method: string; readonly path: string; readonly body: unknown }[];
};

export const refusal = (status: number, code: string, message: string): FakeAnswer => ({
  status,
  body: { error: { code, message, retryable: false, traceId: 'trace' } },
});

export const serveFakeChannels = (gateway: FakeGateway): FakeChannels => {
  const fake: FakeChannels = {
    channels: [],
    plugins: [],
    peers: [],
    outbox: [],
    entries: new Map(),
    secrets: new Map(),
    review: null,
    test: { ok: true },
    asked: [],
  };
  const forgotten: Pick<FakeChannels, 'peers' | 'outbox'> = { peers: [], outbox: [] };
  const one = (id: string): FakeAnswer => ({ status: 200, body: { channel: fake.channels.find((channel) => channel.id === id) } });
  const change = (id: string, changes: Partial<Channel>): FakeAnswer => {
    fake.channels = fake.channels.map((channel) => (channel.id === id ? { ...channel, ...changes } : channel));
    return one(id);
  };
  const patch = (id: string, { secrets = {}, ...fields }: { secrets?: object } & Partial<ChannelConfig>): FakeAnswer => {
    const before = fake.entries.get(id);
    const options = Object.fromEntries(Object.entries({ ...before?.options, ...fields.options }).filter(([, value]) => value !== null));
    const { quietHours = before?.quietHours } = fields;
    fake.entries.set(id, { enabled: false, ...before, ...fields, options, quietHours: quietHours ?? undefined });
    fake.secrets.set(id, [...(fake.secrets.get(id) ?? []), ...Object.keys(secrets)]);
    if (!fake.channels.some((channel) => channel.id === id)) fake.channels.push(fakeChannel({ id, enabled: false }));
    const { enabled = fake.channels.find((channel) => channel.id === id)?.enabled ?? false } = fields;
    return change(id, { enabled, state: enabled ? 'running' : 'disabled', plugin: fields.plugin ?? id });
  };

  const ofChannel = (method: string, id: string, rest: string, body: never, query: URLSearchParams): FakeAnswer | null => {
    const [what, item] = rest.split('/');
    switch (`${method} ${what ?? ''}`) {
      case 'GET ':
        return {
          status: 200,
          body: { ...(one(id).body as object), entry: fake.entries.get(id) ?? { enabled: false }, secrets: fake.secrets.get(id) ?? [] },
        };
      case 'PATCH ':
        return patch(id, body);
      case 'DELETE ':
        fake.channels = fake.channels.filter((channel) => channel.id !== id);
        return { status: 200, body: { removed: true, plugin: null } };
      case 'POST start':
        return change(id, { state: 'running', detail: '', restarts: 0, nextTryAt: null });
      case 'POST stop':
        return change(id, { state: 'stopped', detail: 'It was stopped by hand; start it again.' });
      case 'POST test':
        return { status: 200, body: { receiptId: fake.test.ok ? 'r1' : null, durationMs: 12, ...fake.test } };
      case 'POST rollback':
        return { status: 200, body: { plugin: fake.plugins.find((plugin) => plugin.id === id) } };
      case 'GET outbox': {
        const messages = fake.outbox.filter(({ state }) => query.get('dead') !== 'true' || state === 'dead');
        return { status: 200, body: { messages, nextCursor: null } };
      }
      case 'POST outbox': {
        if (rest.endsWith('/restore')) {
          fake.outbox = [...fake.outbox, ...forgotten.outbox.filter(({ id }) => id === item)];
          return { status: 200, body: { message: fake.outbox.at(-1) } };
        }
        const { messageId } = body as { readonly messageId: string };
        fake.outbox = fake.outbox.map((message) => (message.id === messageId ? { ...message, state: 'pending', endedAt: null } : message));
        return { status: 200, body: { message: fake.outbox.find((message) => message.id === messageId) } };
      }
      case 'DELETE outbox':
        forgotten.outbox = fake.outbox;
        fake.outbox = fake.outbox.filter((message) => message.id !== item);
        return { status: 200, body: { deleted: true, undoUntil: 1 } };
      case 'GET peers':
        return { status: 200, body: { peers: fake.peers, nextCursor: null } };
      case 'POST pair': {
        const [peer] = fake.peers;
        if ((body as { code: string }).code !== 'GOOD-CODE' || !peer)
          return refusal(404, 'PAIRING_CODE_UNKNOWN', 'Nobody was given this pairing code within the last hour.');
        fake.peers = [{ ...peer, status: (body as { owner?: boolean }).owner ? 'owner' : 'allowed' }];
        return { status: 200, body: { peer: fake.peers[0] } };
      }
      case 'POST peers': {
        if (item === 'restore') {
          fake.peers = forgotten.peers;
          return { status: 200, body: { peer: fake.peers[0] } };
        }
        const { peerId, status } = body as { peerId: string; status: Peer['status'] };
        const known = fake.peers.find((peer) => peer.id === peerId);
        const peer: Peer = { ...{ id: peerId, name: null, firstSeenAt: 1, decidedAt: 1 }, ...known, status };
        fake.peers = [...fake.peers.filter((other) => other.id !== peerId), peer];
        return { status: 200, body: { peer } };
      }
      case 'DELETE peers':
        forgotten.peers = fake.peers;
        fake.peers = fake.peers.filter((peer) => peer.id !== query.get('peerId'));
        return { status: 200, body: { deleted: true, undoUntil: 1 } };
      default:
        return null;
    }
  };

  gateway.serve = ({ method, path, query, body }) => {
    if (path === '/api/v1/plugins') return { status: 200, body: { plugins: fake.plugins } };
    if (path === '/api/v1/plugins/mine/icon') return { status: 200, body: '<svg/>', headers: { 'content-type': 'image/svg+xml' } };
    if (!path.startsWith('/api/v1/channels')) return null;
    if (path === '/api/v1/channels') return { status: 200, body: { channels: fake.channels } };
    if (path === '/api/v1/channels/install')
      return fake.review ? { status: 202, body: { review: fake.review } } : refusal(400, 'ARCHIVE_REFUSED', 'It is not a .plugin archive.');
    const sent = body === '' ? {} : JSON.parse(body);
    if (method !== 'GET') fake.asked.push({ method, path: path.slice('/api/v1/channels/'.length), body: sent });
    if (path.startsWith('/api/v1/channels/install/')) {
      const installed = fakePlugin({
        ...fake.review?.plugin,
        id: fake.review?.plugin.id ?? '',
        bundled: false,
        sha256: fake.review?.sha256 ?? '',
      });
      fake.plugins = [...fake.plugins.filter(({ id }) => id !== installed.id), { ...installed, ...installedForm }];
      return { status: 200, body: { plugin: fake.plugins.at(-1) } };
    }
    const [, id = '', rest = ''] = /^\/api\/v1\/channels\/([^/]+)\/?(.*)$/.exec(path) ?? [];
    return ofChannel(method, id, rest, sent as never, query);
  };
  return fake;
};

/** What the form of a plugin that comes from a file asks for. */
export const installedForm: Pick<Plugin, 'configSchema' | 'uiHints'> = {
  configSchema: {
    type: 'object',
    properties: {
      url: { type: 'string', description: 'where it posts' },
      secret: { type: 'string' },
      retries: { type: 'integer', minimum: 0, maximum: 9, default: 3 },
      tags: { type: 'array', items: { type: 'string' } },
      mode: { enum: ['fast', 'slow'], default: 'fast' },
      loud: { type: 'boolean', default: false },
    },
    required: ['url', 'secret'],
    additionalProperties: false,
  },
  uiHints: {
    url: {
      label: 'Address of your app',
      labelZh: '应用地址',
      help: 'See [the guide](https://example.com/guide).',
      helpZh: '见[指南](https://example.com/guide)。',
    },
    secret: { label: 'Secret', labelZh: '密钥', sensitive: true, help: 'Under Settings › API.' },
  },
};

export const fakeReview = (known: Partial<PluginReview> = {}): PluginReview => ({
  id: 'ins_0123456789012345678901',
  expiresAt: 2_000_000,
  sha256: 'ab'.repeat(32),
  plugin: {
    id: 'mine',
    name: 'My channel',
    version: '1.2.0',
    kind: 'channel',
    description: 'Speaks to my app.',
    nameZh: null,
    descriptionZh: '与我的应用对话。',
    homepage: 'https://example.com/mine',
    permissions: { net: ['api.example.com'], listen: false, fs: [], env: ['MY_VAR'] },
  },
  asks: [],
  capabilities: {},
  tools: [],
  replaces: null,
  isolation: { process: true, files: true, signals: false, network: false, words: [] },
  ...known,
});
