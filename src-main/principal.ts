import { AppError } from '../src-shared/app-error.ts';
import type { Scope } from '../src-shared/models/scope.ts';

/** Who asks, after authentication: what every surface hands on and nothing else decides rights by. */
export type Principal = {
  /** Token id, `local` for the admin socket, or `channel:<id>`. Owns sessions and turns. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'bearer' | 'api-key' | 'console' | 'local' | 'channel';
  readonly scopes: ReadonlySet<Scope>;
  /** Milliseconds since 1970; Infinity for `local`. */
  readonly expiresAt: number;
};

/** Whoever can open the admin socket (mode 0600) is this computer's user. */
export const localPrincipal: Principal = {
  id: 'local',
  name: 'this computer',
  kind: 'local',
  scopes: new Set<Scope>(['admin']),
  expiresAt: Number.POSITIVE_INFINITY,
};

/** For handlers of routes that need a credential. @throws AppError TOKEN_MISSING */
export const callerOf = (info: { readonly principal: Principal | null }): Principal => {
  if (!info.principal) throw new AppError('TOKEN_MISSING');
  return info.principal;
};
