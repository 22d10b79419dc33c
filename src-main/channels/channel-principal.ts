import type { Principal } from '../principal.ts';

const prefix = 'channel:';

/** Who a channel's turns and sessions belong to. It may do nothing but what it is called for. */
export const channelPrincipal = (id: string): Principal => ({
  ...{ id: `${prefix}${id}`, name: id, kind: 'channel', scopes: new Set(), expiresAt: Number.POSITIVE_INFINITY },
});

/** The channel's id where the owner is one. */
export const channelOfOwner = (ownerId: string): string | null => (ownerId.startsWith(prefix) ? ownerId.slice(prefix.length) : null);
