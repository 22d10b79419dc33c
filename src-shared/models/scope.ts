import * as z from 'zod';

/** Every scope a token can carry, with the words the token manager and `/docs` show for it. */
export const scopes = {
  messages: 'send messages to agents, follow and cancel them, use /v1',
  agents: 'list agents and invoke one directly',
  'channels:read': 'list channels and their state',
  'channels:write': 'install, configure, start, stop, test and remove channels',
  'skills:read': 'list skills',
  'skills:write': 'install, bind and remove skills',
  sessions: 'list, read, search, export, rename and delete own sessions',
  logs: 'read logs',
  requests: 'read the request inspector',
  usage: 'read usage figures',
  approvals: 'see and answer approvals',
  tasks: 'manage schedules',
  tokens: 'mint (only scopes it has itself), list and revoke tokens',
  config: 'read and write the configuration',
  admin: "all of the above, and everyone's sessions",
} as const;

export type Scope = keyof typeof scopes;

export const scopeSchema = z.enum(Object.keys(scopes) as [Scope, ...Scope[]]);

/** What `token create` grants when it is not told otherwise. */
export const defaultScopes: readonly Scope[] = ['messages', 'agents', 'channels:read', 'skills:read', 'sessions'];

/** A token with one of these can give itself or others more rights: minting it asks for the PIN, where one is set. */
export const riskyScopes: ReadonlySet<Scope> = new Set(['admin', 'tokens', 'approvals', 'config']);

/** `admin` contains every other scope. */
export const grants = (held: ReadonlySet<Scope>, wanted: Scope): boolean => held.has(wanted) || held.has('admin');
