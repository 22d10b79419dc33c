import { AppError } from '../../src-shared/app-error.ts';
import type { Attachment } from '../../src-shared/contract/events.ts';
import type { Clock } from '../gateway-ports.ts';
import type { AgentResult, AgentRun } from '../sessions/agent-run.ts';
import type { TurnRequest } from '../sessions/turn.ts';
import type { Skills } from '../skills/skills.ts';
import type { Database } from '../storage/database.ts';
import { type LoopInput, runAgentLoop } from './agent-loop.ts';
import type { Agent, AgentRegistry } from './agent-registry.ts';
import { budgeted } from './budgets/budgeted-model.ts';
import type { Budgets } from './budgets/budgets.ts';
import { answerOf, shownCall } from './client-results.ts';
import { compact } from './compact.ts';
import { asMessages, historyEvents, type Past, pastOf } from './history.ts';
import { openModelChain } from './models/model-chain.ts';
import type { ModelMessage, ModelToolCall } from './models/model-client.ts';
import type { ModelRegistry } from './models/resolve-model.ts';
import type { OwnSteps } from './own-steps.ts';
import { type ReadAttachments, refusingPictures, type WithAttachments, withoutPictures } from './read-attachments.ts';
import { askForOutput, outputInstruction } from './structured-output.ts';
import type { Tool, ToolGate } from './tools/tool.ts';
import { mayUse, type ToolCatalog } from './tools/tool-catalog.ts';
import { createToolRunner, type ToolRunner } from './tools/tool-runner.ts';

export type RunAgentPorts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly agents: AgentRegistry;
  readonly models: ModelRegistry;
  readonly readAttachments: ReadAttachments;
  readonly budgets: Pick<Budgets, 'forTurn'>;
  readonly catalog: ToolCatalog;
  readonly ownSteps: OwnSteps;
  /** Who lets a tool do something. */
  readonly gate: ToolGate;
  /** What skills bring into a turn. */
  readonly beginSkills: Skills['begin'];
  /** What an agent has noted for later, as a part of its prompt. */
  readonly readNotes: (workspace: string) => Promise<string>;
  /** The agent's folder: made where it is missing, links resolved. */
  readonly openWorkspace: (agent: Agent) => Promise<string>;
};

/** The agent side of a turn: history → prompt → loop. What goes wrong is in the result. */
export const createRunAgent = (ports: RunAgentPorts): AgentRun => {
  const runners = new Map<string, { readonly version: number; readonly extra: readonly Tool[]; readonly runner: ToolRunner }>();
  /** One runner for each set of tools, since making their schemas is dear. `extra`: those of skills, the same array for the same set. */
  const runnerFor = (agent: Agent, only: readonly string[] | undefined, extra: readonly Tool[]): ToolRunner => {
    const version = ports.catalog.version();
    const key = JSON.stringify([agent.id, agent.tools, only]);
    const known = runners.get(key);
    if (known?.version === version && known.extra === extra) return known.runner;
    const own = ports.catalog.tools(agent);
    const names = new Set(own.map(({ name }) => name));
    const tools = [...own, ...extra.filter(({ name }) => !names.has(name))].filter(({ name }) => mayUse(only ?? null, name));
    const runner = createToolRunner(tools, ports);
    if (runners.size > 100) runners.clear();
    runners.set(key, { version, extra, runner });
    return runner;
  };

  return async ({
    request,
    signal,
    onText,
    onState,
    onFallback,
    onToolAsked,
    onToolStarted,
    onToolOutput,
    onToolEnded,
    onSummary,
  }): Promise<AgentResult> => {
    const calls = new Set<string>();
    const budget = ports.budgets.forTurn(request);
    let lastWords: string | null = null;
    // Clients of that API know of no file that a reply could have, and of a hidden session nothing is kept.
    const replyFiles: Attachment[] | null = request.via === 'openai' || request.session.hidden ? null : [];
    let modelId = (): string | null => null;
    /** Some servers number calls anew in every step; within a turn an id must be one call's. */
    const ownId = (call: ModelToolCall): ModelToolCall => {
      const id = calls.has(call.id) ? `${call.id}.${calls.size}` : call.id;
      calls.add(id);
      return { ...call, id };
    };
    try {
      const agent = ports.agents.get(request.agentId);
      const [chain, past, workspace] = await Promise.all([
        openModelChain({
          candidates: [agent.config.model, ...ports.models.fallbackFor(agent.config)].map(
            (model) => () => ports.models.forAgent({ model }),
          ),
          through: (model) => {
            const asked = model.prices ? budgeted(model, budget) : model;
            if (model.vision !== false) return asked;
            return bringsPictures(request) ? refusingPictures(asked) : withoutPictures(asked);
          },
          onSwitch: (failed, next) => onFallback(failed.message, next.label),
        }),
        request.history || request.isFirst ? null : readPast(ports.database, request.session.id, request.messageId),
        ports.openWorkspace(agent),
      ]);
      modelId = () => chain.current().id;
      const compacted = past ? await compact(past, { model: chain.client, traceId: request.traceId, signal }) : null;
      if (compacted?.summary) await onSummary(compacted.summary);
      const brought = request.history && ports.ownSteps.restore(request.ownerId, request.history);
      const history = brought ?? (compacted ? asMessages(compacted.past) : []);
      const results = answerOf(request.toolResults ?? [], request.history ?? null, past?.handedOver ?? []);
      if (!request.session.hidden) for (const call of results.calls) await onToolEnded(call);
      const skills = await ports.beginSkills({ agentId: agent.id, content: request.content, history });
      const runner = (): ToolRunner => runnerFor(agent, request.options.tools, skills.tools());
      const { outputSchema } = request.options;
      const { clientTools } = request;
      const notes = request.options.system === undefined && mayUse(agent.tools, 'memory_read') ? await ports.readNotes(workspace) : '';
      const system = `${request.options.system ?? agent.system}${notes}${skills.prompt}`;
      const loop: Omit<LoopInput, 'history' | 'onText'> = {
        model: chain.client,
        system: outputSchema ? `${system}\n\n${outputInstruction(outputSchema)}`.trim() : system,
        outputSchema,
        // What a skill brings may have the name of one of the client's, and gives way.
        tools: () =>
          clientTools ? runner().offered.filter(({ name }) => clientTools.tools.every((tool) => tool.name !== name)) : runner().offered,
        handedOver: clientTools,
        maxSteps: agent.maxSteps,
        traceId: request.traceId,
        signal,
        onState,
        lastWords: () => lastWords,
        hasFiles: () => Boolean(replyFiles?.length),
        isParallel: (call) => runner().isParallel(call),
        runTool: async (call) => {
          const result = await runner().run(
            ownId(call),
            {
              ...{ workspace, signal, agentId: agent.id, sessionId: request.session.id, ownerId: request.ownerId },
              ...{ messageId: request.messageId, traceId: request.traceId },
              replyFiles,
              isHidden: request.session.hidden,
              endTurn: (words) => {
                lastWords = words;
              },
            },
            {
              onAsked: onToolAsked,
              onStarted: onToolStarted,
              onOutput: onToolOutput,
              onEnded: onToolEnded,
            },
          );
          await skills.onCall(call.name, call.argumentsJson);
          return result;
        },
      };
      const { content, attachments = [], images = [] } = request;
      const question: WithAttachments = { role: 'user', content, attachments, ...(images.length > 0 ? { images } : {}) };
      // Who only brings results asks nothing.
      const isAsked = content !== '' || attachments.length > 0 || images.length > 0 || results.messages.length === 0;
      const asked = await ports.readAttachments([...history, ...results.messages, ...(isAsked ? [question] : [])], workspace);
      const quietly = (history: readonly ModelMessage[]) => runAgentLoop({ ...loop, history, onText: () => undefined });
      const result = outputSchema
        ? await askForOutput({ schema: outputSchema, history: asked, signal, ask: quietly, onText })
        : await runAgentLoop({ ...loop, history: asked, onText });
      const inputTokens = result.inputTokens + (compacted?.inputTokens ?? 0);
      const outputTokens = result.outputTokens + (compacted?.outputTokens ?? 0);
      const { error } = result;
      const clientCalls = result.clientCalls.map(ownId);
      for (const call of clientCalls) await onToolEnded({ ...shownCall(call), status: 'handed_over' });
      if (clientCalls.length > 0)
        ports.ownSteps.keep(
          request.ownerId,
          [...(request.history ?? []), ...results.messages, ...(isAsked ? [question] : [])],
          result.ownSteps,
        );
      return {
        usage: { inputTokens, outputTokens, costUsd: budget.spentUsd() },
        model: modelId(),
        clientCalls,
        attachments: replyFiles ?? [],
        error,
      };
    } catch (thrown) {
      return { usage: { inputTokens: 0, outputTokens: 0, costUsd: budget.spentUsd() }, model: modelId(), error: AppError.from(thrown) };
    }
  };
};

/** Clients of that API choose the model themselves, and count on its seeing what they send. */
const bringsPictures = ({ via, images, attachments, history }: TurnRequest): boolean =>
  via === 'openai' &&
  (Boolean(images?.length || attachments?.length) || history?.some((said) => said.role === 'user' && said.images?.length) === true);

const readPast = async (database: Database, sessionId: string, current: string): Promise<Past> =>
  pastOf(await database.read({ op: 'event.list', sessionId, afterSeq: 0, beforeSeq: null, limit: historyEvents, newest: true }), current);
