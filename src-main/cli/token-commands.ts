import { randomBytes } from 'node:crypto';
import type { Token } from '../../src-shared/contract/rest.ts';
import { systemClock } from '../clock.ts';
import { localPrincipal } from '../principal.ts';
import { loadSigningKey, replaceSigningKey } from '../tokens/signing-key.ts';
import { createTokenService, parseScopes, rotateKeys, type TokenService } from '../tokens/token-service.ts';
import { connectAdmin, unreachable } from './admin-client.ts';
import { withStore } from './open-store.ts';
import type { CliPorts } from './run-cli.ts';

/** With the gateway up: through its admin socket. With it down: straight on the store. */

export const create = async (
  options: { name: string; expiresIn: string; scope?: string[]; apiKey?: boolean; json?: boolean },
  ports: CliPorts,
): Promise<void> => {
  const request = {
    name: options.name,
    expiresIn: options.expiresIn,
    ...(options.scope ? { scopes: parseScopes(options.scope.join(' ')) } : {}),
    kind: options.apiKey ? ('api-key' as const) : ('bearer' as const),
  };
  const admin = await connectAdmin(ports.env);
  const { id, secret } = admin
    ? await admin.call('createToken', { body: request }).then(({ body }) => ({ id: body.token.id, secret: body.secret }))
    : await withTokens(ports, (tokens) => tokens.mint(request, localPrincipal).then(({ row, secret }) => ({ id: row.id, secret })));
  ports.stdout.write(options.json ? `${JSON.stringify({ id, secret })}\n` : `${options.apiKey ? '' : 'Bearer '}${secret}\n`);
};

export const list = async (options: { json?: boolean }, ports: CliPorts): Promise<void> => {
  const admin = await connectAdmin(ports.env);
  const rows: readonly Omit<Token, 'scopes'>[] = admin
    ? (await admin.call('listTokens', {})).body.tokens
    : await withTokens(ports, async (tokens) => tokens.list().map(({ keyHash: _keyHash, ...row }) => row));
  if (options.json) {
    ports.stdout.write(`${JSON.stringify(rows)}\n`);
    return;
  }
  for (const row of rows) {
    const state =
      row.revokedAt !== null
        ? 'revoked'
        : row.expiresAt <= systemClock.now()
          ? 'expired'
          : `until ${new Date(row.expiresAt).toISOString().slice(0, 16)}Z`;
    ports.stdout.write(`${row.id}  ${row.kind.padEnd(8)} ${state.padEnd(24)} ${String(row.requests).padStart(7)} requests  ${row.name}\n`);
  }
  if (rows.length === 0) ports.stderr.write('No tokens yet. Make one: openclaw token create --name my-client\n');
};

export const show = async (id: string, ports: CliPorts): Promise<void> => {
  const admin = await connectAdmin(ports.env);
  const { kind, secret } = admin
    ? await admin.call('showToken', { params: { id } }).then(({ body }) => ({ kind: body.token.kind, secret: body.secret }))
    : await withTokens(ports, (tokens) => tokens.show(id).then((minted) => ({ kind: minted.row.kind, secret: minted.secret })));
  ports.stdout.write(`${kind === 'api-key' ? '' : 'Bearer '}${secret}\n`);
};

export const revoke = async (id: string, ports: CliPorts): Promise<void> => {
  const admin = await connectAdmin(ports.env);
  if (admin) await admin.call('revokeToken', { params: { id } });
  else await withTokens(ports, (tokens) => tokens.revoke(id));
  ports.stderr.write(`${id} is revoked.\n`);
};

export const rotate = async (ports: CliPorts): Promise<void> => {
  const admin = await connectAdmin(ports.env);
  const ended = admin
    ? (await admin.call('rotateKey', {})).body.ended
    : await withStore(ports, null, (database, secrets) =>
        rotateKeys(database, secrets, systemClock, () => replaceSigningKey(database, secrets, randomBytes)),
      );
  ports.stderr.write(`A new signing key is in place; ${ended} token${ended === 1 ? '' : 's'} ended.\n`);
};

export const signIn = async (ports: CliPorts): Promise<void> => {
  const admin = await connectAdmin(ports.env);
  if (!admin) throw unreachable();
  ports.stdout.write(`${(await admin.call('createSignInLink', {})).body.url}\n`);
};

const withTokens = <T>(ports: CliPorts, use: (tokens: TokenService) => Promise<T>): Promise<T> =>
  withStore(ports, 'remembered', async (database, secrets) => {
    const tokens = await createTokenService(
      { database, secrets, clock: systemClock, randomBytes },
      await loadSigningKey(database, secrets, randomBytes),
    );
    try {
      return await use(tokens);
    } finally {
      await tokens.close();
    }
  });
