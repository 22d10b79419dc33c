import type { IncomingMessage } from 'node:http';
import { AppError } from '../../src-shared/app-error.ts';
import { errorCodes } from '../../src-shared/error-codes.ts';
import { grants, type Scope } from '../../src-shared/models/scope.ts';
import type { Principal } from '../principal.ts';
import type { TokenService } from '../tokens/token-service.ts';
import type { FailureLimit } from './rate-limit.ts';

type RequestHeaders = Pick<IncomingMessage, 'headers' | 'rawHeaders'>;

/** Credentials → principal, for every door. The only place that reads the Authorization header. */
export type Authenticate = {
  /** Null where there is no credential at all. @throws AppError TOKEN_*, RATE_LIMITED */
  readonly fromHeaders: (request: RequestHeaders, address: string) => Principal | null;
  /** Checks a credential of another kind, and counts it where it is bad. @throws what the check throws, RATE_LIMITED */
  readonly counting: <T>(address: string, check: () => Promise<T>) => Promise<T>;
  /** Counts one that was bad. */
  readonly refused: (error: AppError, address: string) => AppError;
  /** Whether whoever was let in earlier still may. @throws AppError TOKEN_* */
  readonly recheck: TokenService['recheck'];
  readonly byId: TokenService['byId'];
  /** Calls back once when they may no longer. */
  readonly onEnd: TokenService['onEnd'];
  /** Counts what they do on a connection that was let in earlier. */
  readonly used: TokenService['used'];
};

export const createAuthenticate = (tokens: TokenService, limit: FailureLimit): Authenticate => {
  const refused = (error: AppError, address: string): AppError => {
    limit.failed(address);
    return error;
  };
  const counted = (thrown: unknown, address: string): unknown =>
    thrown instanceof AppError && errorCodes[thrown.code].status === 401 ? refused(thrown, address) : thrown;
  return {
    fromHeaders: (request, address) => {
      try {
        const credential = readCredential(request);
        if (credential === null) return null;
        const principal = tokens.authenticate(credential);
        tokens.used(principal, address);
        return principal;
      } catch (thrown) {
        throw counted(thrown, address);
      }
    },
    counting: (address, check) =>
      check().catch((thrown: unknown) => {
        throw counted(thrown, address);
      }),
    refused,
    recheck: tokens.recheck,
    byId: tokens.byId,
    onEnd: tokens.onEnd,
    used: tokens.used,
  };
};

/** @throws AppError SCOPE_MISSING with the scope's name */
export const requireScope = (principal: Principal, scope: Scope): void => {
  if (!grants(principal.scopes, scope)) {
    throw new AppError('SCOPE_MISSING', {
      message: `This needs a token with scope "${scope}".`,
      details: { scope },
      hint: `openclaw token create --name … --scope ${scope}`,
    });
  }
};

/** Where only a JWT will do: an API key is for messages and /v1. @throws AppError SCOPE_MISSING */
export const refuseApiKey = (principal: Principal): void => {
  if (principal.kind === 'api-key')
    throw new AppError('SCOPE_MISSING', {
      message: 'An API key opens messages, batches and /v1 only.',
      hint: 'Use a token: openclaw token create',
    });
};

const readCredential = ({ headers, rawHeaders }: RequestHeaders): string | null => {
  const bearer = headers.authorization;
  if (bearer !== undefined) {
    // Node takes the first one of two; whoever is in front of us may have looked at the other.
    if (countOf('authorization', rawHeaders) > 1) throw new AppError('TOKEN_INVALID', { message: 'There are two Authorization headers.' });
    const match = /^Bearer +(\S+)$/i.exec(bearer);
    if (!match?.[1]) throw new AppError('TOKEN_INVALID', { message: 'The Authorization header is not "Bearer <token>".' });
    return match[1];
  }
  const key = headers['x-api-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || !key.startsWith('ock_'))
    throw new AppError('TOKEN_INVALID', { message: 'X-API-Key takes an API key (ock_…).' });
  return key;
};

/** @param rawHeaders names and values in turn */
const countOf = (name: string, rawHeaders: readonly string[]): number =>
  rawHeaders.filter((text, index) => index % 2 === 0 && text.length === name.length && text.toLowerCase() === name).length;
