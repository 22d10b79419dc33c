import { AppError } from '../../src-shared/app-error.ts';
import type { Clock } from '../gateway-ports.ts';
import type { AgentResult, AgentRun } from '../sessions/create-turn.ts';
import type { Database } from '../storage/database.ts';
import { type LoopInput, runAgentLoop } from './agent-loop.ts';
import type { Agent, AgentRegistry } from './agent-registry.ts';
import { budgeted } from './budgets/budgeted-model.ts';
import type { Budgets } from './budgets/budgets.ts';
import { historyEvents, toModelMessages } from './history.ts';
import { openModelChain } from './models/model-chain.ts';
import type { ModelMessage } from './models/model-client.ts';
import type { ModelRegistry } from './models/resolve-model.ts';
import { askForOutput, outputInstruction } from './structured-output.ts';
import type { ToolGate } from './tools/tool.ts';
import { mayUse, type ToolCatalog } from './tools/tool-catalog.ts';
import { createToolRunner, type ToolRunner } from './tools/tool-runner.ts';

type RunAgentPorts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly agents: AgentRegistry;
  readonly models: ModelRegistry;
  readonly budgets: Pick<Budgets, 'forTurn'>;
  readonly catalog: ToolCatalog;
  /** Who lets a tool do something. */
  readonly gate: ToolGate;
  /** The agent's folder: made where it is missing, links resolved. */
  readonly openWorkspace: (agent: Agent) => Promise<string>;
};

/** The agent side of a turn: history → prompt → loop. What goes wrong is in the result. */
export const createRunAgent = (ports: RunAgentPorts): AgentRun => {
  const runners = new Map<string, ToolRunner>();
  let version = ports.catalog.version();
  /** One runner for each set of tools, since making their schemas is dear. */
  const runnerFor = (agent: Agent, only: readonly string[] | undefined): ToolRunner => {
    if (version !== ports.catalog.version() || runners.size > 100) runners.clear();
    version = ports.catalog.version();
    const key = JSON.stringify([agent.id, agent.tools, only]);
    const known = runners.get(key);
    if (known) return known;
    const runner = createToolRunner(
      ports.catalog.tools(agent).filter((tool) => mayUse(only ?? null, tool.name)),
      ports,
    );
    runners.set(key, runner);
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
  }): Promise<AgentResult> => {
    const calls = new Set<string>();
    const budget = ports.budgets.forTurn(request);
    let modelId = (): string | null => null;
    try {
      const agent = ports.agents.get(request.agentId);
      const [chain, history, workspace] = await Promise.all([
        openModelChain({
          candidates: [agent.config.model, ...ports.models.fallbackFor(agent.config)].map(
            (model) => () => ports.models.forAgent({ model }),
          ),
          through: (model) => (model.prices ? budgeted(model, budget) : model),
          onSwitch: (failed, next) => onFallback(failed.message, next.label),
        }),
        request.history ?? (request.isFirst ? [] : readHistory(ports.database, request.session.id, request.messageId)),
        ports.openWorkspace(agent),
      ]);
      modelId = () => chain.current().id;
      const runner = runnerFor(agent, request.options.tools);
      const { outputSchema } = request.options;
      const system = request.options.system ?? agent.system;
      const loop: Omit<LoopInput, 'history' | 'onText'> = {
        model: chain.client,
        system: outputSchema ? `${system}\n\n${outputInstruction(outputSchema)}`.trim() : system,
        outputSchema,
        tools: runner.offered,
        maxSteps: agent.maxSteps,
        traceId: request.traceId,
        signal,
        onState,
        isParallel: runner.isParallel,
        runTool: (call) => {
          // Some servers number calls anew in every step; within a turn an id must be one call's.
          const id = calls.has(call.id) ? `${call.id}.${calls.size}` : call.id;
          calls.add(id);
          return runner.run(
            { ...call, id },
            {
              ...{ workspace, signal, agentId: agent.id, sessionId: request.session.id, ownerId: request.ownerId },
              ...{ messageId: request.messageId, traceId: request.traceId },
            },
            {
              onAsked: onToolAsked,
              onStarted: onToolStarted,
              onOutput: onToolOutput,
              onEnded: onToolEnded,
            },
          );
        },
      };
      const asked: ModelMessage[] = [...history, { role: 'user', content: request.content }];
      const quietly = (history: readonly ModelMessage[]) => runAgentLoop({ ...loop, history, onText: () => undefined });
      const result = outputSchema
        ? await askForOutput({ schema: outputSchema, history: asked, signal, ask: quietly, onText })
        : await runAgentLoop({ ...loop, history: asked, onText });
      const { inputTokens, outputTokens, error } = result;
      return { usage: { inputTokens, outputTokens, costUsd: budget.spentUsd() }, model: modelId(), error };
    } catch (thrown) {
      return { usage: { inputTokens: 0, outputTokens: 0, costUsd: budget.spentUsd() }, model: modelId(), error: AppError.from(thrown) };
    }
  };
};

const readHistory = async (database: Database, sessionId: string, current: string): Promise<ModelMessage[]> =>
  toModelMessages(
    await database.read({ op: 'event.list', sessionId, afterSeq: 0, beforeSeq: null, limit: historyEvents, newest: true }),
    current,
  );
