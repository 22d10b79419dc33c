import * as z from 'zod';
import { scopeSchema } from '../../models/scope.ts';
import type { Route } from '../route.ts';

const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['bearer', 'api-key', 'console']),
  scopes: z.array(scopeSchema),
  createdAt: z.number(),
  expiresAt: z.number(),
  lastUsedAt: z.number().nullable(),
  requests: z.int(),
  lastAddress: z.string().nullable(),
  revokedAt: z.number().nullable(),
  parentId: z.string().nullable().describe('the token that minted it; null for those made on this computer'),
});
export type Token = z.infer<typeof tokenSchema>;

const tokenParams = z.object({ id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) });

/** How long a revocation can be undone. */
export const revokeUndoMs = 10_000;

/** 4-12 digits, or a passphrase of at least 8 characters. */
export const pinSchema = z
  .string()
  .max(256)
  .regex(/^(\d{4,12}|.{8,})$/s, 'a PIN is 4-12 digits, or a passphrase of at least 8 characters');

/** Tokens and API keys, the PIN that guards them, and the ways in that need no header. */
export const tokenRoutes = {
  createTicket: {
    method: 'POST',
    path: '/api/v1/tickets',
    auth: 'bearer',
    summary: 'a ticket for /ws?ticket=: single use, 30 s',
    answers: { 201: z.object({ ticket: z.string(), expiresAt: z.number() }) },
  },
  signIn: {
    method: 'POST',
    path: '/api/v1/sign-in',
    auth: 'open',
    summary: 'trade the code of a one-time sign-in link for a console token',
    body: z.object({ code: z.string().max(128) }),
    answers: { 201: z.object({ token: z.string(), expiresAt: z.number() }) },
  },
  createSignInLink: {
    method: 'POST',
    path: '/api/v1/sign-in-links',
    auth: 'bearer',
    scope: 'admin',
    summary: 'a one-time link that signs a browser in to the console',
    answers: { 201: z.object({ url: z.string(), expiresAt: z.number() }) },
  },
  listTokens: {
    method: 'GET',
    path: '/api/v1/tokens',
    auth: 'bearer',
    scope: 'tokens',
    summary: 'tokens and API keys, newest first',
    answers: { 200: z.object({ tokens: z.array(tokenSchema) }) },
  },
  createToken: {
    method: 'POST',
    path: '/api/v1/tokens',
    auth: 'bearer',
    scope: 'tokens',
    summary: 'mint one: only scopes that the caller has, and no longer than it lives (a later end is set to its own)',
    pin: 'for the scopes admin, tokens, approvals and config',
    body: z.object({
      name: z.string().min(1).max(128),
      expiresIn: z.string().max(16).optional().describe('90s, 15m, 12h, 30d; default 30d, at most 365d'),
      scopes: z.array(scopeSchema).min(1).max(32).optional(),
      kind: z.enum(['bearer', 'api-key']).optional(),
    }),
    answers: { 201: z.object({ token: tokenSchema, secret: z.string().describe('the JWT or the key itself') }) },
  },
  showToken: {
    method: 'GET',
    path: '/api/v1/tokens/{id}/secret',
    auth: 'bearer',
    scope: 'tokens',
    summary: 'show one again, if it can do no more than the caller',
    pin: 'always',
    params: tokenParams,
    answers: { 200: z.object({ token: tokenSchema, secret: z.string() }) },
  },
  revokeToken: {
    method: 'DELETE',
    path: '/api/v1/tokens/{id}',
    auth: 'bearer',
    scope: 'tokens',
    summary: 'revoke one, and those it has minted; acts at once, and can be undone until undoUntil',
    params: tokenParams,
    answers: { 200: z.object({ token: tokenSchema, undoUntil: z.number() }) },
  },
  restoreToken: {
    method: 'POST',
    path: '/api/v1/tokens/{id}/restore',
    auth: 'bearer',
    scope: 'tokens',
    summary: 'undo a revocation, for 10 s: brings back all that it ended',
    params: tokenParams,
    answers: { 200: z.object({ token: tokenSchema }) },
  },
  rotateKey: {
    method: 'POST',
    path: '/api/v1/tokens/rotate',
    auth: 'bearer',
    scope: 'admin',
    summary: 'replace the signing key and so end every token',
    answers: { 200: z.object({ ended: z.int() }) },
  },
  getPin: {
    method: 'GET',
    path: '/api/v1/pin',
    auth: 'bearer',
    summary: 'whether a PIN is set, and whether it is locked after wrong tries',
    answers: { 200: z.object({ set: z.boolean(), lockedUntil: z.number().nullable() }) },
  },
  setPin: {
    method: 'POST',
    path: '/api/v1/pin',
    auth: 'bearer',
    scope: 'config',
    summary: 'set the PIN, or change it',
    pin: 'the old one',
    body: z.object({ pin: pinSchema }),
    answers: { 200: z.object({ set: z.literal(true) }) },
  },
  clearPin: {
    method: 'DELETE',
    path: '/api/v1/pin',
    auth: 'bearer',
    scope: 'config',
    summary: 'take the PIN away',
    pin: 'always',
    answers: { 200: z.object({ set: z.literal(false) }) },
  },
} as const satisfies Record<string, Route>;
