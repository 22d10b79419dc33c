import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Plugin, PluginReview, RouteAnswer, RouteRequest } from '../../../src-shared/contract/rest.ts';
import type { Channel, OutboxItem, Peer } from '../../../src-shared/contract/routes/channels.ts';
import { ApiError } from '../../api/api-error.ts';
import type { EventSocket } from '../../api/event-socket.ts';
import type { HttpClient, UploadOptions } from '../../api/http-client.ts';
import { readChannels } from '../../api/read-channels.ts';
import { toDataUrl } from '../../api/to-data-url.ts';
import type { PinPrompt } from '../../pin/pin-prompt.ts';

export const channelSections = ['overview', 'settings', 'people', 'outbox'] as const;
export type ChannelSection = (typeof channelSections)[number];

export type ChannelsState = {
  /** Null: nothing is known yet. */
  readonly channels: readonly Channel[] | null;
  /** Null: nothing is known yet, or it may not be. */
  readonly plugins: readonly Plugin[] | null;
  readonly error: ApiError | null;
  /** What stands in place of the list. */
  readonly shown: { readonly id: string; readonly section: ChannelSection } | null;
  /** A plugin is being looked for. */
  readonly adding: boolean;
  /** Dropped on the window, to be looked at. */
  readonly offered: File | null;
  /** Counts the times that something may have changed, for lists of one channel. */
  readonly version: number;
};

export type ChannelPatch = RouteRequest<'patchChannel'>['body'];
export type TestMessage = RouteRequest<'testChannel'>['body'];
export type TestResult = RouteAnswer<'testChannel'>['body'];
export type ChannelSetup = RouteAnswer<'getChannel'>['body'];
export type Page<T> = { readonly items: readonly T[]; readonly nextCursor: string | null };

/** Every action rejects with an ApiError; false means that the user did not want to give the PIN. */
export type ChannelsStore = StoreApi<ChannelsState> & {
  /** Loads, and hears of changes for as long as the page is open; returns its undo. */
  readonly open: () => () => void;
  readonly load: () => Promise<void>;
  readonly setup: (id: string) => Promise<ChannelSetup>;
  /** The picture of a plugin as a `data:` URL, asked for once for each version. */
  readonly icon: (pluginId: string, version: string) => Promise<string>;
  /** Checks an archive and tries it out; nothing is installed. */
  readonly review: (archive: Blob, how?: UploadOptions) => Promise<PluginReview>;
  /** Null: it is being looked at. */
  readonly offer: (archive: File | null) => void;
  /** @returns null where the user did not want to give the PIN */
  readonly install: (review: PluginReview) => Promise<Plugin | null>;
  readonly rollback: (id: string) => Promise<Plugin>;
  /** @returns the id of a plugin that went with it */
  readonly remove: (id: string) => Promise<string | null>;
  readonly show: (id: string, section?: ChannelSection) => void;
  readonly showAll: () => void;
  /** Of the list: offers the plugins there are. */
  readonly add: (adding: boolean) => void;
  readonly patch: (id: string, body: ChannelPatch) => Promise<boolean>;
  readonly start: (id: string) => Promise<void>;
  readonly stop: (id: string) => Promise<void>;
  readonly test: (id: string, message: TestMessage) => Promise<TestResult>;
  readonly outbox: (id: string, dead: boolean, cursor?: string) => Promise<Page<OutboxItem>>;
  readonly sendAgain: (id: string, messageId: string) => Promise<void>;
  readonly forgetMessage: (id: string, messageId: string) => Promise<void>;
  readonly restoreMessage: (id: string, messageId: string) => Promise<void>;
  readonly peers: (id: string, cursor?: string) => Promise<Page<Peer>>;
  readonly pair: (id: string, code: string, owner: boolean) => Promise<Peer | null>;
  readonly setPeer: (id: string, peerId: string, status: Exclude<Peer['status'], 'asked'>) => Promise<void>;
  readonly forgetPeer: (id: string, peerId: string) => Promise<void>;
  readonly restorePeer: (id: string, peerId: string) => Promise<void>;
};

type Ports = { readonly http: HttpClient; readonly socket: Pick<EventSocket, 'subscribe' | 'onFrame'>; readonly pin: PinPrompt };

export const createChannelsStore = ({ http, socket, pin }: Ports): ChannelsStore => {
  const store = createStore<ChannelsState>(() => ({
    channels: null,
    plugins: null,
    error: null,
    shown: null,
    adding: false,
    offered: null,
    version: 0,
  }));
  /** Counts what was asked and changed, so that a list from before a change does not undo it on the page. */
  let latest = 0;
  const icons = new Map<string, Promise<string>>();

  const take = (channels: readonly Channel[]): void => store.setState(({ version }) => ({ channels, error: null, version: version + 1 }));
  const load = async (): Promise<void> => {
    latest += 1;
    const mine = latest;
    try {
      const { channels } = await http.call('listChannels');
      if (mine === latest) take(channels);
    } catch (thrown) {
      if (mine === latest) store.setState({ error: ApiError.from(thrown) });
    }
  };
  const loadPlugins = async (): Promise<void> => {
    try {
      store.setState({ plugins: (await http.call('listPlugins')).plugins });
    } catch (thrown) {
      store.setState({ error: ApiError.from(thrown) });
    }
  };
  const loadAll = async (): Promise<void> => void (await Promise.all([load(), loadPlugins()]));
  const put = (channel: Channel): void => {
    latest += 1;
    store.setState(({ channels, version }) => ({
      channels: channels?.map((one) => (one.id === channel.id ? channel : one)) ?? null,
      version: version + 1,
    }));
  };
  const thenLoad = async <T>(work: Promise<T>): Promise<T> => {
    const done = await work;
    await loadAll();
    return done;
  };

  const voided = async (work: Promise<unknown>): Promise<void> => void (await thenLoad(work));

  return Object.assign(store, {
    load: loadAll,
    open: () => {
      let left = false;
      const undo = [
        // All of them, at first and after each change; also after a break.
        socket.onFrame((frame) => {
          const channels = readChannels(frame);
          if (channels === null) return;
          latest += 1;
          take(channels);
        }),
      ];
      void loadAll().then(() => {
        // Only now is it known that this token may.
        if (!left && store.getState().channels !== null) undo.push(socket.subscribe('channels'));
      });
      return () => {
        left = true;
        for (const step of undo) step();
      };
    },
    icon: (id: string, version: string) => {
      const key = `${id} ${version}`;
      const known = icons.get(key);
      if (known) return known;
      const loading = http.download('getPluginIcon', { params: { id } }).then(({ content }) => toDataUrl(content));
      icons.set(key, loading);
      loading.catch(() => icons.delete(key));
      return loading;
    },
    setup: (id: string) => http.call('getChannel', { params: { id } }),
    review: async (archive: Blob, how: UploadOptions = {}) => (await http.upload('reviewPlugin', {}, archive, how)).review,
    offer: (offered: File | null) => store.setState({ offered, ...(offered ? { adding: false } : {}) }),
    install: async ({ id, sha256 }: PluginReview) => {
      const answer = await pin.withPin((typed) => http.call('confirmPlugin', { params: { id }, body: { sha256 } }, { pin: typed }));
      if (answer === null) return null;
      await loadAll();
      return answer.plugin;
    },
    rollback: async (id: string) => (await thenLoad(http.call('rollbackChannel', { params: { id } }))).plugin,
    remove: async (id: string) => (await thenLoad(http.call('removeChannel', { params: { id } }))).plugin,
    show: (id: string, section: ChannelSection = 'overview') => store.setState({ shown: { id, section } }),
    showAll: () => store.setState({ shown: null }),
    add: (adding: boolean) => store.setState({ shown: null, adding }),
    patch: async (id: string, body: ChannelPatch) => {
      const answer = await pin.withPin((typed) => http.call('patchChannel', { params: { id }, body }, { pin: typed }));
      if (answer === null) return false;
      // It may be a new one.
      await load();
      return true;
    },
    start: async (id: string) => put((await http.call('startChannel', { params: { id } })).channel),
    stop: async (id: string) => put((await http.call('stopChannel', { params: { id } })).channel),
    test: (id: string, body: TestMessage) => http.call('testChannel', { params: { id }, body }),
    outbox: async (id: string, dead: boolean, cursor?: string) => {
      const query = { ...(dead ? { dead: 'true' } : {}), ...(cursor === undefined ? {} : { cursor }) };
      const { messages: items, nextCursor } = await http.call('listOutbox', { params: { id }, query });
      return { items, nextCursor };
    },
    sendAgain: (id: string, messageId: string) => voided(http.call('sendAgain', { params: { id }, body: { messageId } })),
    forgetMessage: (id: string, messageId: string) => voided(http.call('deleteOutboxItem', { params: { id, messageId } })),
    restoreMessage: (id: string, messageId: string) => voided(http.call('restoreOutboxItem', { params: { id, messageId } })),
    peers: async (id: string, cursor?: string) => {
      const { peers: items, nextCursor } = await http.call('listPeers', { params: { id }, query: cursor === undefined ? {} : { cursor } });
      return { items, nextCursor };
    },
    pair: async (id: string, code: string, owner: boolean) => {
      const body = { code, ...(owner ? { owner } : {}) };
      const answer = await pin.withPin((typed) => http.call('pairPeer', { params: { id }, body }, { pin: typed }));
      if (answer === null) return null;
      await loadAll();
      return answer.peer;
    },
    setPeer: (id: string, peerId: string, status: Exclude<Peer['status'], 'asked'>) =>
      voided(pin.withPin((typed) => http.call('setPeer', { params: { id }, body: { peerId, status } }, { pin: typed }))),
    forgetPeer: (id: string, peerId: string) => voided(http.call('forgetPeer', { params: { id }, query: { peerId } })),
    restorePeer: (id: string, peerId: string) => voided(http.call('restorePeer', { params: { id }, body: { peerId } })),
  });
};
