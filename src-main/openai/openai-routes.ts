import type { RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import { type RequireSchema, schemaOf } from './answer-format.ts';
import { createAnswerRequest, type Info, type Ports } from './answer-request.ts';
import type { AnswerStream } from './answer-stream.ts';
import { completionOf, headOf, tellCompletion } from './chat-answer.ts';
import { chatMessagesOf, chatToolsOf } from './chat-messages.ts';
import { createModelNames } from './model-names.ts';
import { responseHeadOf, responseOf, tellResponse } from './response-answer.ts';
import { messagesOf, responseToolsOf } from './response-input.ts';

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

type RoutePorts = {
  readonly agents: Agents;
  /** Those that an agent has itself. */
  readonly toolNames: (agentId: string) => readonly string[];
  readonly requireSchema: RequireSchema;
};

/** The door for clients of OpenAI's API: their words in, the one turn engine, their words out. */
export const createOpenaiRoutes = (ports: Ports & RoutePorts): OpenaiRoutes => {
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
    createChatCompletion: async ({ body }, info) => {
      const { model, user, stream, stream_options, response_format: format } = body;
      const agentId = names.agentId(model);
      const clientTools = chatToolsOf(body, ports.toolNames(agentId));
      const flat = format?.type === 'json_schema' ? { type: format.type, ...format.json_schema } : format;
      const outputSchema = await schemaOf(flat, 'response_format.json_schema.schema', ports.requireSchema);
      const asked = { agentId, field: 'messages' as const, messages: chatMessagesOf(body), clientTools, outputSchema, user, stream };
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
      const agentId = names.agentId(model);
      const clientTools = responseToolsOf(body, ports.toolNames(agentId));
      const outputSchema = await schemaOf(body.text?.format, 'text.format.schema', ports.requireSchema);
      const asked = { agentId, field: 'input' as const, messages: messagesOf(body), clientTools, outputSchema, user, stream };
      return answerRequest(asked, info, (turn) => {
        const head = responseHeadOf(turn, body);
        return { whole: (end) => responseOf(head, end), telling: () => tellResponse(head, info.traceId) };
      });
    },
  };
};
