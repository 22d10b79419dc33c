import type { RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import type { Clock } from '../gateway-ports.ts';
import { callerOf, type Principal } from '../principal.ts';
import type { readIdempotency } from '../sessions/idempotency-key.ts';
import type { SubmitMessage } from '../sessions/submit-message.ts';
import type { TurnRow } from '../storage/database.ts';
import { type ChatEnd, completionOf, failureOf, headOf } from './chat-answer.ts';
import { readPrompt } from './chat-prompt.ts';
import { type ChatStream, firstSign, streamEnd, streamTurn } from './chat-stream.ts';
import { createModelNames } from './model-names.ts';
import { sessionOfRequest } from './session-of-request.ts';

type Info = {
  readonly principal: Principal | null;
  readonly traceId: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bodyHash: () => string;
  readonly onHangUp: (listener: () => void) => () => void;
};

export type OpenaiRoutes = {
  readonly listModels: (input: RouteInput<'listModels'>) => Promise<RouteAnswer<'listModels'>>;
  readonly getModel: (input: RouteInput<'getModel'>) => Promise<RouteAnswer<'getModel'>>;
  readonly createChatCompletion: (
    input: RouteInput<'createChatCompletion'>,
    info: Info,
  ) => Promise<RouteAnswer<'createChatCompletion'> | ChatStream>;
};

type Agents = {
  readonly defaultId: string;
  readonly list: () => readonly { readonly id: string }[];
  readonly get: (id: string) => { readonly system: string };
};
type Ports = {
  readonly agents: Agents;
  readonly clock: Clock;
  readonly submit: SubmitMessage;
  readonly readIdempotency: typeof readIdempotency;
  /** How a turn ended that an Idempotency-Key found in the database. */
  readonly endOf: (row: TurnRow) => Promise<ChatEnd>;
};

/** The door for clients of OpenAI's API: their words in, the one turn engine, their words out. */
export const createOpenaiRoutes = ({ agents, clock, submit, readIdempotency, endOf }: Ports): OpenaiRoutes => {
  const names = createModelNames(agents);
  const since = Math.floor(clock.now() / 1_000);
  const modelOf = (id: string) => ({ id, object: 'model' as const, created: since, owned_by: 'openclaw' as const });

  return {
    listModels: async () => ({ status: 200, body: { object: 'list', data: names.list().map(modelOf) } }),
    getModel: async ({ params }) => {
      names.agentId(params.id);
      return { status: 200, body: modelOf(params.id) };
    },
    createChatCompletion: async ({ body }, info) => {
      const by = callerOf(info);
      const agentId = names.agentId(body.model);
      const prompt = readPrompt(body.messages);
      const sessionId = sessionOfRequest(info.headers, body.user);
      const idempotency = sessionId === null ? undefined : readIdempotency(info);
      const submitted = await submit(
        {
          via: 'openai',
          channel: 'api',
          content: prompt.content,
          history: prompt.history,
          agentId,
          traceId: info.traceId,
          idempotency,
          ...(prompt.system === '' ? {} : { system: [agents.get(agentId).system, prompt.system].filter(Boolean).join('\n\n') }),
          ...(sessionId === null ? { hidden: true } : { sessionId }),
        },
        by,
      );
      const row = submitted.kind === 'running' ? submitted.turn.request : submitted.row;
      const how = { head: headOf(row, body.model), includeUsage: body.stream_options?.include_usage === true, traceId: info.traceId };
      if (submitted.kind === 'ended') {
        const end = succeeded(await endOf(submitted.row));
        return body.stream ? streamEnd(end, how) : { status: 200, body: completionOf(how.head, end) };
      }
      const { turn } = submitted;
      // Who sent a key may come back with it for this very turn.
      const onLeft = idempotency ? () => undefined : turn.cancel;
      const forget = info.onHangUp(onLeft);
      try {
        if (!body.stream) return { status: 200, body: completionOf(how.head, succeeded(await turn.outcome)) };
        const end = await firstSign(turn, clock);
        return end ? streamEnd(succeeded(end), how) : streamTurn(turn, how, onLeft);
      } finally {
        forget();
      }
    },
  };
};

/** @throws AppError */
const succeeded = (end: ChatEnd): ChatEnd => {
  const failure = failureOf(end);
  if (failure) throw failure;
  return end;
};
