import * as z from 'zod';
import type { HistoryItem, RouteAnswer, RouteInput, TurnAnswer } from '../../src-shared/contract/rest.ts';
import { agentIdSchema, sessionRefSchema } from '../../src-shared/models/ids.ts';
import type { Scope } from '../../src-shared/models/scope.ts';
import type { Principal } from '../principal.ts';
import type { SubmitMessage } from '../sessions/submit-message.ts';
import type { Turn } from '../sessions/turn.ts';

/** What our own MCP server can do, and what a token needs for it. */
export type DoorTool = {
  readonly name: string;
  readonly description: string;
  readonly scope: Scope;
  readonly parameters: z.ZodObject;
  /** Changes nothing. */
  readonly reads: boolean;
  /** @param args as `parameters` let them through @throws AppError */
  readonly run: (args: unknown, by: Principal, traceId: string) => Promise<DoorAnswer>;
};
export type DoorAnswer = { readonly text: string; readonly structured: Record<string, unknown>; readonly isError: boolean };

export type DoorPorts = {
  readonly submit: SubmitMessage;
  /** Waits for the end, or until somebody has to be asked. */
  readonly answerOf: (turn: Turn, wait: boolean) => Promise<{ readonly body: TurnAnswer }>;
  readonly listSessions: (
    input: RouteInput<'listSessions'>,
    info: { readonly principal: Principal },
  ) => Promise<RouteAnswer<'listSessions'>>;
  readonly getSessionMessages: (
    input: RouteInput<'getSessionMessages'>,
    info: { readonly principal: Principal },
  ) => Promise<RouteAnswer<'getSessionMessages'>>;
};

const content = z
  .string()
  .min(1)
  .max(768 * 1024);
const message = {
  content: content.describe('what to say'),
  sessionId: sessionRefSchema.optional().describe('a name of your own, or an id from an earlier answer; goes on with that session'),
  timeoutMs: z.int().min(1_000).max(3_600_000).optional(),
};
const page = {
  limit: z.int().min(1).max(200).optional(),
  cursor: z.string().max(256).optional().describe('nextCursor of the page before'),
};
const invokeSchema = z.object({ agentId: agentIdSchema.describe('such as main or dev-coder'), ...message });
const sendSchema = z.object({
  ...message,
  agentId: agentIdSchema.optional(),
  wait: z.boolean().optional().describe('for the reply; default true'),
});
const listSchema = z.object(page);
const readSchema = z.object({ sessionId: sessionRefSchema, ...page });

export const createDoorTools = (ports: DoorPorts): readonly DoorTool[] => {
  const say = async ({ wait = true, ...fields }: z.output<typeof sendSchema>, by: Principal, traceId: string): Promise<DoorAnswer> => {
    // Without an Idempotency-Key there is no earlier one to find.
    const submitted = await ports.submit({ ...fields, channel: 'mcp', via: 'mcp', traceId }, by);
    if (submitted.kind === 'ended') throw new Error('a message without a key was taken for another');
    return answerFor((await ports.answerOf(submitted.turn, wait)).body, submitted.turn.request.session.id);
  };

  return [
    {
      name: 'agent_invoke',
      description: 'Ask an agent of this OpenClaw gateway and wait for its reply. It may use its own tools.',
      scope: 'agents',
      parameters: invokeSchema,
      reads: false,
      run: (args, by, traceId) => say(invokeSchema.parse(args), by, traceId),
    },
    {
      name: 'message_send',
      description: 'Send a message into a session of this OpenClaw gateway; without a session a new one begins.',
      scope: 'messages',
      parameters: sendSchema,
      reads: false,
      run: (args, by, traceId) => say(sendSchema.parse(args), by, traceId),
    },
    {
      name: 'session_list',
      description: 'List sessions of this OpenClaw gateway, newest first.',
      scope: 'sessions',
      parameters: listSchema,
      reads: true,
      run: async (args, by) => {
        const { body } = await ports.listSessions({ params: undefined, query: listSchema.parse(args), body: undefined }, { principal: by });
        // What a model reads can end up anywhere: handles, no credentials.
        const sessions = body.sessions.map(({ sessionId: _credential, ...session }) => session);
        return asJson({ sessions, nextCursor: body.nextCursor });
      },
    },
    {
      name: 'session_read',
      description: 'Read what was said in a session, oldest first; without a cursor the newest page.',
      scope: 'sessions',
      parameters: readSchema,
      reads: true,
      run: async (args, by) => {
        const { sessionId, ...query } = readSchema.parse(args);
        const { body } = await ports.getSessionMessages({ params: { id: sessionId }, query, body: undefined }, { principal: by });
        return asJson({
          sessionId: body.session.id,
          title: body.session.title,
          messages: body.items.flatMap(inWords),
          running: body.running.map(({ messageId, partial }) => ({ messageId, partial })),
          nextCursor: body.nextCursor,
        });
      },
    },
  ];
};

const asJson = (structured: Record<string, unknown>): DoorAnswer => ({
  text: JSON.stringify(structured, null, 2),
  structured,
  isError: false,
});

/** @param handle names the session, and is no credential as its Session ID is */
const answerFor = (answer: TurnAnswer, handle: string): DoorAnswer => {
  const { status, messageId, agentId, finalReply, attachments, approvals, error } = answer;
  const structured = { status, messageId, sessionId: handle, agentId, finalReply, ...(attachments ? { attachments } : {}) };
  if (status === 'completed')
    return { text: [finalReply, ...namesOf(attachments)].filter(Boolean).join('\n\n'), structured, isError: false };
  if (status === 'accepted') return { text: `Accepted. Read session ${handle} for the reply.`, structured, isError: false };
  if (status === 'approval_required') {
    const what = (approvals ?? []).map(({ title }) => title).join('; ');
    const text = `It waits for its user to allow: ${what}\nOnce that is answered, it goes on by itself; then session ${handle} has the reply.`;
    return { text, structured, isError: false };
  }
  return { text: error?.message ?? `The turn is ${status}.`, structured, isError: true };
};

const namesOf = (attachments: TurnAnswer['attachments'] = []): string[] =>
  attachments.map(({ id, name, size }) => `[attached: ${name}, ${size} bytes; GET /api/v1/uploads/${id}]`);

const resultMost = 2_000;

const inWords = ({ seq, timestamp, messageId, event }: HistoryItem): Record<string, unknown>[] => {
  const common = { seq, at: timestamp, messageId };
  if (event.type === 'message') return [{ ...common, role: 'user', content: event.content }];
  if (event.type === 'response') return [{ ...common, role: 'assistant', content: event.content }];
  if (event.type === 'error') return [{ ...common, role: 'error', content: event.content }];
  if (event.type !== 'tool_call' || event.tool.result === undefined) return [];
  return [{ ...common, role: 'tool', name: event.tool.name, status: event.tool.status, content: event.tool.result.slice(0, resultMost) }];
};
