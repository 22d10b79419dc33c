import type { RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import { createAnswerRequest, type Info, type Ports } from './answer-request.ts';
import type { AnswerStream } from './answer-stream.ts';
import { completionOf, headOf, tellCompletion } from './chat-answer.ts';
import { readPrompt } from './chat-prompt.ts';
import { createModelNames } from './model-names.ts';
import { responseHeadOf, responseOf, tellResponse } from './response-answer.ts';
import { messagesOf } from './response-input.ts';

export type OpenaiRoutes = {
  readonly listModels: (input: RouteInput<'listModels'>) => Promise<RouteAnswer<'listModels'>>;
  readonly getModel: (input: RouteInput<'getModel'>) => Promise<RouteAnswer<'getModel'>>;
  readonly createChatCompletion: (
    input: RouteInput<'createChatCompletion'>,
    info: Info,
  ) => Promise<RouteAnswer<'createChatCompletion'> | AnswerStream>;
  readonly createResponse: (input: RouteInput<'createResponse'>, info: Info) => Promise<RouteAnswer<'createResponse'> | AnswerStream>;
};

type Agents = Ports['agents'] & { readonly defaultId: string; readonly list: () => readonly { readonly id: string }[] };

/** The door for clients of OpenAI's API: their words in, the one turn engine, their words out. */
export const createOpenaiRoutes = (ports: Ports & { readonly agents: Agents }): OpenaiRoutes => {
  const names = createModelNames(ports.agents);
  const since = Math.floor(ports.clock.now() / 1_000);
  const modelOf = (id: string) => ({ id, object: 'model' as const, created: since, owned_by: 'openclaw' as const });
  const answerRequest = createAnswerRequest(ports);

  return {
    listModels: async () => ({ status: 200, body: { object: 'list', data: names.list().map(modelOf) } }),
    getModel: async ({ params }) => {
      names.agentId(params.id);
      return { status: 200, body: modelOf(params.id) };
    },
    createChatCompletion: async ({ body: { model, messages, user, stream, stream_options } }, info) => {
      const asked = { agentId: names.agentId(model), prompt: readPrompt(messages, 'messages'), user, stream };
      return answerRequest(asked, info, (turn) => {
        const head = headOf(turn, model);
        return {
          whole: (end) => completionOf(head, end),
          telling: () => tellCompletion(head, stream_options?.include_usage === true, info.traceId),
        };
      });
    },
    createResponse: async ({ body }, info) => {
      const { model, user, stream } = body;
      const asked = { agentId: names.agentId(model), prompt: readPrompt(messagesOf(body), 'input'), user, stream };
      return answerRequest(asked, info, (turn) => {
        const head = responseHeadOf(turn, body);
        return { whole: (end) => responseOf(head, end), telling: () => tellResponse(head, info.traceId) };
      });
    },
  };
};
