import { AppError } from '../../src-shared/app-error.ts';
import type { Config } from '../../src-shared/contract/config.ts';
import type { Peer, RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import { grants } from '../../src-shared/models/scope.ts';
import type { Pin } from '../approvals/pin.ts';
import { callerOf, type Principal } from '../principal.ts';
import type { PeerRow } from '../storage/database.ts';
import type { Peers } from './peers.ts';
import { requireChannel } from './require-channel.ts';

const pageDefault = 50;

type Ids = 'listPeers' | 'pairPeer' | 'setPeer' | 'forgetPeer' | 'restorePeer';
type Info = { readonly principal: Principal | null; readonly pin: string | null };
export type PeerRoutes = { readonly [Id in Ids]: (input: RouteInput<Id>, info: Info) => Promise<RouteAnswer<Id>> };
type Ports = { readonly peers: Peers; readonly config: () => Config; readonly pin: Pick<Pin, 'require'> };

/** Whom a channel lets in. */
export const createPeerRoutes = ({ peers, config, pin }: Ports): PeerRoutes => {
  const known = (id: string): string => {
    requireChannel(config(), id);
    return id;
  };
  /** An owner answers approvals: whoever makes one must be able to give that away, as with a token. */
  const mayMakeOwner = async (info: Info): Promise<void> => {
    if (!grants(callerOf(info).scopes, 'approvals'))
      throw new AppError('SCOPE_MISSING', {
        message: 'To make somebody an owner needs a token with scope "approvals": owners answer approvals.',
        details: { scope: 'approvals' },
      });
    await pin.require(info.pin, 'making somebody an owner, who may answer approvals');
  };
  return {
    listPeers: async ({ params, query: { cursor = '', limit = pageDefault } }) => {
      const rows = await peers.list(known(params.id), cursor, limit);
      return { status: 200, body: { peers: rows.map(shown), nextCursor: rows.length === limit ? (rows.at(-1)?.id ?? null) : null } };
    },
    pairPeer: async ({ params, body }, info) => {
      if (body.owner) await mayMakeOwner(info);
      const peer = await peers.pair(known(params.id), body.code, body.owner ? 'owner' : 'allowed');
      return { status: 200, body: { peer: shown(peer) } };
    },
    setPeer: async ({ params, body }, info) => {
      if (body.status === 'owner') await mayMakeOwner(info);
      const peer = await peers.set(known(params.id), body.peerId, body.status);
      return { status: 200, body: { peer: shown(peer) } };
    },
    forgetPeer: async ({ params, query }) => {
      return { status: 200, body: { deleted: true, undoUntil: await peers.forget(known(params.id), query.peerId) } };
    },
    restorePeer: async ({ params, body }) => {
      const peer = await peers.restore(known(params.id), body.peerId);
      return { status: 200, body: { peer: shown(peer) } };
    },
  };
};

/** Without the code. */
const shown = ({ id, name, status, firstSeenAt, decidedAt }: PeerRow): Peer => ({ id, name, status, firstSeenAt, decidedAt });
