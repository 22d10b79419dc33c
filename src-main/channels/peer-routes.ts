import type { Config } from '../../src-shared/contract/config.ts';
import type { Peer, RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import type { PeerRow } from '../storage/database.ts';
import type { Peers } from './peers.ts';
import { requireChannel } from './require-channel.ts';

const pageDefault = 50;

type Ids = 'listPeers' | 'pairPeer' | 'setPeer' | 'forgetPeer';
export type PeerRoutes = { readonly [Id in Ids]: (input: RouteInput<Id>) => Promise<RouteAnswer<Id>> };

/** Whom a channel lets in. */
export const createPeerRoutes = ({ peers, config }: { readonly peers: Peers; readonly config: () => Config }): PeerRoutes => {
  const known = (id: string): string => {
    requireChannel(config(), id);
    return id;
  };
  return {
    listPeers: async ({ params, query: { cursor = '', limit = pageDefault } }) => {
      const rows = await peers.list(known(params.id), cursor, limit);
      return { status: 200, body: { peers: rows.map(shown), nextCursor: rows.length === limit ? (rows.at(-1)?.id ?? null) : null } };
    },
    pairPeer: async ({ params, body }) => {
      const peer = await peers.pair(known(params.id), body.code, body.owner ? 'owner' : 'allowed');
      return { status: 200, body: { peer: shown(peer) } };
    },
    setPeer: async ({ params, body }) => {
      const peer = await peers.set(known(params.id), body.peerId, body.status);
      return { status: 200, body: { peer: shown(peer) } };
    },
    forgetPeer: async ({ params, query }) => {
      await peers.forget(known(params.id), query.peerId);
      return { status: 200, body: { deleted: true } };
    },
  };
};

/** Without the code. */
const shown = ({ id, name, status, firstSeenAt, decidedAt }: PeerRow): Peer => ({ id, name, status, firstSeenAt, decidedAt });
