import { randomBytes } from 'node:crypto';
import { AppError } from '../../src-shared/app-error.ts';
import type { Token } from '../../src-shared/contract/rest.ts';
import { revokeUndoMs } from '../../src-shared/contract/routes/tokens.ts';
import { type Scope, scopeSchema } from '../../src-shared/models/scope.ts';
import { createPin } from '../approvals/pin.ts';
import { forgetLostPin } from '../approvals/pin-record.ts';
import { systemClock } from '../clock.ts';
import { escapeControls } from '../logs/redact.ts';
import { localPrincipal } from '../principal.ts';
import { rotateKeys } from '../tokens/rotate-keys.ts';
import { loadSigningKey } from '../tokens/signing-key.ts';
import { createTokenService, type TokenService } from '../tokens/token-service.ts';
import { connectAdmin, unreachable } from './admin-client.ts';
import { withStore } from './open-store.ts';
import type { CliPorts } from './run-cli.ts';
import { withPin } from './with-pin.ts';

/** With the gateway up: through its admin socket. With it down: straight on the store. */

export const create = async (
  options: { name: string; expiresIn: string; scope?: string[]; apiKey?: boolean; json?: boolean; pinStdin?: boolean },
  ports: CliPorts,
): Promise<void> => {
  const request = {
    name: options.name,
    expiresIn: options.expiresIn,
    ...(options.scope ? { scopes: parseScopes(options.scope.join(' ')) } : {}),
    kind: options.apiKey ? ('api-key' as const) : ('bearer' as const),
  };
  const admin = await connectAdmin(ports.env);
  const { id, secret } = await withPin(options, ports, (pin) =>
    admin
      ? admin.call('createToken', { body: request }, pin).then(({ body }) => ({ id: body.token.id, secret: body.secret }))
      : withTokens(ports, (tokens) => tokens.mint(request, localPrincipal, pin)).then(({ row, secret }) => ({ id: row.id, secret })),
  );
  ports.stdout.write(options.json ? `${JSON.stringify({ id, secret })}\n` : `${options.apiKey ? '' : 'Bearer '}${secret}\n`);
};

/** Without those of console windows, which come and go by themselves; `all` shows them too. */
export const list = async (options: { json?: boolean; all?: boolean }, ports: CliPorts): Promise<void> => {
  const admin = await connectAdmin(ports.env);
  const every: readonly Listed[] = admin
    ? (await admin.call('listTokens', {})).body.tokens
    : await withTokens(ports, async (tokens) => tokens.list().map(({ keyHash: _keyHash, ...row }) => row));
  const rows = every.filter(({ kind }) => options.all || kind !== 'console');
  if (options.json) ports.stdout.write(`${JSON.stringify(rows)}\n`);
  else for (const row of rows) ports.stdout.write(`${inWords(row, systemClock.now())}\n`);
  if (rows.length === 0 && !options.json) ports.stderr.write('No tokens yet. Make one: openclaw token create --name my-client\n');
};

export const show = async (id: string, options: { pinStdin?: boolean }, ports: CliPorts): Promise<void> => {
  const admin = await connectAdmin(ports.env);
  const { kind, secret } = await withPin(options, ports, (pin) =>
    admin
      ? admin.call('showToken', { params: { id } }, pin).then(({ body }) => ({ kind: body.token.kind, secret: body.secret }))
      : withTokens(ports, (tokens) => tokens.show(id, localPrincipal, pin)).then(({ row, secret }) => ({ kind: row.kind, secret })),
  );
  ports.stdout.write(`${kind === 'api-key' ? '' : 'Bearer '}${secret}\n`);
};

export const revoke = async (id: string, ports: CliPorts): Promise<void> => {
  const admin = await connectAdmin(ports.env);
  if (admin) await admin.call('revokeToken', { params: { id } });
  else await withTokens(ports, (tokens) => tokens.revoke(id));
  ports.stderr.write(`${id} is revoked. For ${revokeUndoMs / 1000} s: openclaw token restore ${id}\n`);
};

export const restore = async (id: string, ports: CliPorts): Promise<void> => {
  const admin = await connectAdmin(ports.env);
  if (admin) await admin.call('restoreToken', { params: { id } });
  else await withTokens(ports, (tokens) => tokens.restore(id, localPrincipal));
  ports.stderr.write(`${id} works again, with those it has minted.\n`);
};

export const rotate = async (ports: CliPorts): Promise<void> => {
  const admin = await connectAdmin(ports.env);
  const { ended, pinLost } = admin
    ? { ended: (await admin.call('rotateKey', {})).body.ended, pinLost: false }
    : await withStore(ports, null, async (database, secrets) => ({
        ended: await rotateKeys({ database, secrets, clock: systemClock, randomBytes }),
        pinLost: await forgetLostPin(database, secrets),
      }));
  ports.stderr.write(`A new signing key is in place; ${ended} token${ended === 1 ? '' : 's'} ended.\n`);
  if (pinLost) ports.stderr.write('The PIN was lost with the old store; set a new one: openclaw pin set\n');
};

export const signIn = async (ports: CliPorts): Promise<void> => {
  const admin = await connectAdmin(ports.env);
  if (!admin) throw unreachable();
  ports.stdout.write(`${(await admin.call('createSignInLink', {})).body.url}\n`);
};

const withTokens = <T>(ports: CliPorts, use: (tokens: TokenService) => Promise<T>): Promise<T> =>
  withStore(ports, 'remembered', async (database, secrets) => {
    const machine = { database, secrets, clock: systemClock, randomBytes };
    const signingKey = await loadSigningKey(database, secrets, randomBytes);
    const tokens = await createTokenService({ ...machine, pin: await createPin(machine) }, signingKey);
    try {
      return await use(tokens);
    } finally {
      await tokens.close();
    }
  });

/** Scopes from the command line: separated by spaces or commas. */
const parseScopes = (text: string): Scope[] =>
  text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((word) => {
      const scope = scopeSchema.safeParse(word);
      if (!scope.success)
        throw new AppError('BAD_REQUEST', { message: `"${word}" is not a scope.`, hint: `Scopes are: ${scopeSchema.options.join(' ')}` });
      return scope.data;
    });

type Listed = Omit<Token, 'scopes'> & { readonly scopes: readonly Scope[] };

const inWords = (row: Listed, now: number): string => {
  const state = row.revokedAt !== null ? 'revoked' : row.expiresAt <= now ? 'expired' : `until ${minute(row.expiresAt)}`;
  const used = row.lastUsedAt === null ? 'never used' : `${row.requests} requests, last ${minute(row.lastUsedAt)} from ${row.lastAddress}`;
  // A name is another client's word, and this is a terminal.
  return `${row.id}  ${row.kind.padEnd(7)}  ${state.padEnd(23)}  ${used}  [${row.scopes.join(' ')}]  ${escapeControls(row.name)}`;
};

const minute = (at: number): string => `${new Date(at).toISOString().slice(0, 16)}Z`;
