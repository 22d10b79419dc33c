import { AppError } from '../../src-shared/app-error.ts';
import type { RouteAnswer, RouteInput, Token } from '../../src-shared/contract/rest.ts';
import { callerOf, type Principal } from '../principal.ts';
import type { TokenRow } from '../storage/database.ts';
import type { OneTimeCodes } from './one-time-codes.ts';
import type { TokenService } from './token-service.ts';

type Info = { readonly principal: Principal | null; readonly address: string; readonly pin: string | null };
type Ids =
  | 'listTokens'
  | 'createToken'
  | 'showToken'
  | 'revokeToken'
  | 'restoreToken'
  | 'rotateKey'
  | 'createTicket'
  | 'signIn'
  | 'createSignInLink';
export type TokenRoutes = { readonly [Id in Ids]: (input: RouteInput<Id>, info: Info) => Promise<RouteAnswer<Id>> };

type Ports = {
  readonly tokens: TokenService;
  readonly tickets: OneTimeCodes<Principal>;
  readonly signInCodes: OneTimeCodes<true>;
  readonly createSignInLink: () => { readonly url: string; readonly expiresAt: number };
  /** Counts a bad code against the address. */
  readonly refused: (error: AppError, address: string) => AppError;
};

export const createTokenRoutes = ({ tokens, tickets, signInCodes, createSignInLink, refused }: Ports): TokenRoutes => ({
  listTokens: async () => ({ status: 200, body: { tokens: tokens.list().map(view) } }),
  createToken: async ({ body }, info) => {
    const { row, secret } = await tokens.mint(body, callerOf(info), info.pin);
    return { status: 201, body: { token: view(row), secret } };
  },
  showToken: async ({ params }, info) => {
    const { row, secret } = await tokens.show(params.id, callerOf(info), info.pin);
    return { status: 200, body: { token: view(row), secret } };
  },
  revokeToken: async ({ params }) => {
    const { row, undoUntil } = await tokens.revoke(params.id);
    return { status: 200, body: { token: view(row), undoUntil } };
  },
  restoreToken: async ({ params }, info) => ({ status: 200, body: { token: view(await tokens.restore(params.id, callerOf(info))) } }),
  rotateKey: async () => ({ status: 200, body: { ended: await tokens.rotate() } }),
  createTicket: async (_input, info) => {
    const { code, expiresAt } = tickets.issue(callerOf(info));
    return { status: 201, body: { ticket: code, expiresAt } };
  },
  signIn: async ({ body }, info) => {
    if (!signInCodes.redeem(body.code))
      throw refused(new AppError('SIGN_IN_INVALID', { hint: 'Make a new link: openclaw token sign-in' }), info.address);
    const { row, secret } = await tokens.mintConsole();
    return { status: 201, body: { token: secret, expiresAt: row.expiresAt } };
  },
  createSignInLink: async () => ({ status: 201, body: createSignInLink() }),
});

const view = ({ keyHash: _keyHash, scopes, ...row }: TokenRow): Token => ({ ...row, scopes: [...scopes] });
