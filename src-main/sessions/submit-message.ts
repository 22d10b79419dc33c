import { AppError } from '../../src-shared/app-error.ts';
import type { Door } from '../../src-shared/contract/routes/operations.ts';
import type { ClientResult } from '../agents/client-results.ts';
import type { ClientTools, ModelImage, ModelMessage } from '../agents/models/model-client.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import { maskKeys } from '../logs/mask-keys.ts';
import type { Principal } from '../principal.ts';
import type { Database, TurnRow } from '../storage/database.ts';
import type { UploadRecord } from '../uploads/upload-store.ts';
import { type ChooseAgentPorts, chooseAgent } from './choose-agent.ts';
import type { SessionDirectory } from './session-directory.ts';
import type { Turn } from './turn.ts';
import type { TurnEngine } from './turn-engine.ts';

const keyLifeMs = 24 * 3_600_000;
const titleLength = 80;
const defaultTimeoutMs = 300_000;

/** A message as any surface brings it, validated. */
export type IncomingMessage = {
  readonly content: string;
  readonly agentId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly channel: string;
  /** Who sent it, by the platform's own id, where a channel knows. */
  readonly sender?: string | undefined;
  /** Nobody has let them in: a channel that answers anyone heard them. */
  readonly isStranger?: boolean | undefined;
  readonly via: Door;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly timeoutMs?: number | undefined;
  readonly system?: string | undefined;
  readonly tools?: readonly string[] | undefined;
  /** Ids of uploads. */
  readonly attachments?: readonly string[] | undefined;
  readonly outputSchema?: Readonly<Record<string, unknown>> | undefined;
  readonly replyTo?: string | undefined;
  /** What was said before, where the client brings it along; empty: nothing, or it leaves that to the session. */
  readonly history?: readonly ModelMessage[] | undefined;
  /** Tools that the client runs, and what came of those that it was asked to run. */
  readonly clientTools?: ClientTools | undefined;
  readonly toolResults?: readonly ClientResult[] | undefined;
  /** Pictures that are not to be kept. */
  readonly images?: readonly ModelImage[] | undefined;
  /** Nothing that is said is to be kept; instead of a `sessionId`. */
  readonly hidden?: boolean | undefined;
  readonly idempotency?: { readonly key: string; readonly bodyHash: string } | undefined;
  /** Settles when what the same client sent earlier is in its lane. Looking up takes longer for some than for others, and order must hold. */
  readonly after?: Promise<unknown> | undefined;
  readonly traceId: string;
};

/** A turn that runs, or – for an Idempotency-Key seen before – one that has ended. */
export type Submitted = { readonly kind: 'running'; readonly turn: Turn } | { readonly kind: 'ended'; readonly row: TurnRow };

/** The one way in for messages: finds the session, guards against doubles, hands the turn to its lane. */
export type SubmitMessage = (message: IncomingMessage, by: Principal) => Promise<Submitted>;

type SubmitPorts = ChooseAgentPorts & {
  readonly database: Database;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly engine: TurnEngine;
  readonly directory: SessionDirectory;
  readonly uploads: {
    /** Rejects with `UPLOAD_UNKNOWN`. */
    readonly take: (ids: readonly string[], by: Principal) => Promise<readonly UploadRecord[]>;
    /** From now on it is kept as long as the session. */
    readonly bind: (upload: UploadRecord, sessionId: string) => Promise<void>;
  };
};

export const createSubmitMessage = (ports: SubmitPorts): SubmitMessage => {
  const { database, clock, engine } = ports;
  /** Keys of messages on their way in, so that two at once meet. */
  const pending = new Map<string, { bodyHash: string; submitted: Promise<Submitted> }>();

  const submit = async (message: IncomingMessage, by: Principal): Promise<Submitted> => {
    const { agentId, named } = await chooseAgent(message, ports);
    const uploads = message.attachments?.length ? await ports.uploads.take(message.attachments, by) : [];
    const { session, takeFirst } = await ports.directory.forMessage(message.sessionId ?? null, by, {
      agentId,
      channel: message.channel,
      title: message.hidden ? '' : titleOf(message.content),
      hidden: message.hidden ?? false,
    });
    for (const upload of uploads) await ports.uploads.bind(upload, session.id);
    await message.after;
    ports.directory.requireOpen(session.id);
    const turn = engine.submit({
      messageId: `msg_${ports.randomBytes(16).toString('base64url')}`,
      session,
      isFirst: takeFirst(),
      ...(message.history?.length ? { history: message.history } : {}),
      ...(message.clientTools ? { clientTools: message.clientTools } : {}),
      ...(message.toolResults?.length ? { toolResults: message.toolResults } : {}),
      ...(message.images?.length ? { images: message.images } : {}),
      ownerId: by.id,
      agentId: named ?? session.agentId,
      via: message.via,
      content: message.content,
      channel: message.channel,
      metadata: message.metadata,
      ...(uploads.length > 0 ? { attachments: uploads.map(({ id, name, type, size }) => ({ id, name, type, size })) } : {}),
      options: {
        timeoutMs: message.timeoutMs ?? defaultTimeoutMs,
        ...(message.system === undefined ? {} : { system: message.system }),
        ...(message.tools === undefined ? {} : { tools: message.tools }),
        ...(message.outputSchema === undefined ? {} : { outputSchema: message.outputSchema }),
        ...(message.replyTo === undefined ? {} : { replyTo: message.replyTo }),
      },
      traceId: message.traceId,
      acceptedAt: clock.now(),
      idempotencyKey: message.idempotency?.key ?? null,
      bodyHash: message.idempotency?.bodyHash ?? null,
    });
    return { kind: 'running', turn };
  };

  const submitOnce = async (
    message: IncomingMessage,
    by: Principal,
    idempotency: { key: string; bodyHash: string },
  ): Promise<Submitted> => {
    const row = await database.read({
      op: 'turn.byIdempotencyKey',
      ownerId: by.id,
      key: idempotency.key,
      acceptedAfter: clock.now() - keyLifeMs,
    });
    if (!row) return submit(message, by);
    if (row.bodyHash !== idempotency.bodyHash) throw conflict();
    const turn = engine.find(row.messageId);
    return turn ? { kind: 'running', turn } : { kind: 'ended', row };
  };

  return (incoming, by) => {
    const message = withoutKeys(incoming);
    if (!message.idempotency) return submit(message, by);
    const { key, bodyHash } = message.idempotency;
    const mapKey = `${by.id}\0${key}`;
    const first = pending.get(mapKey);
    if (first) return first.bodyHash === bodyHash ? first.submitted : Promise.reject(conflict());
    const submitted = submitOnce(message, by, message.idempotency);
    pending.set(mapKey, { bodyHash, submitted });
    const forget = (): void => void pending.delete(mapKey);
    // The database answers for a key once its turn is on the disk or over.
    submitted.then((result) => (result.kind === 'running' ? result.turn.outcome.then(forget) : forget()), forget);
    return submitted;
  };
};

/** What somebody pasted by mistake is neither stored nor sent to a provider. */
const withoutKeys = (message: IncomingMessage): IncomingMessage => ({
  ...message,
  content: maskKeys(message.content),
  ...(message.history ? { history: message.history.map(withoutKeysIn) } : {}),
  ...(message.toolResults ? { toolResults: message.toolResults.map(withoutKeysIn) } : {}),
});

const withoutKeysIn = <T extends { readonly content: string }>(said: T): T => ({ ...said, content: maskKeys(said.content) });

const conflict = (): AppError => new AppError('IDEMPOTENCY_CONFLICT', { hint: 'Use a new key for a new message.' });

/** The first line, shortened without cutting a surrogate pair. */
const titleOf = (content: string): string => {
  const line = content.trimStart().split('\n', 1)[0] ?? '';
  const chars = [...line.slice(0, titleLength * 2)];
  return chars.length > titleLength ? `${chars.slice(0, titleLength).join('')}…` : chars.join('');
};
