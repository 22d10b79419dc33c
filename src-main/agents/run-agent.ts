import { AppError } from '../../src-shared/app-error.ts';
import type { Usage } from '../../src-shared/contract/events.ts';
import type { Clock } from '../gateway-ports.ts';
import type { AgentResult, AgentRun } from '../sessions/create-turn.ts';
import type { Database } from '../storage/database.ts';
import { runAgentLoop } from './agent-loop.ts';
import type { Agent, AgentRegistry } from './agent-registry.ts';
import { historyEvents, toModelMessages } from './history.ts';
import type { ModelMessage } from './models/model-client.ts';
import type { ModelRegistry } from './models/resolve-model.ts';
import type { ToolGate } from './tools/tool.ts';
import { mayUse, type ToolCatalog } from './tools/tool-catalog.ts';
import { createToolRunner, type ToolRunner } from './tools/tool-runner.ts';

type RunAgentPorts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly agents: AgentRegistry;
  readonly models: ModelRegistry;
  /** US dollars per million tokens, where the model has a price. */
  readonly pricesFor: (agent: Agent) => { readonly input: number; readonly output: number } | null;
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

  return async ({ request, signal, onText, onState, onToolAsked, onToolStarted, onToolOutput, onToolEnded }): Promise<AgentResult> => {
    const calls = new Set<string>();
    let modelId: string | null = null;
    try {
      const agent = ports.agents.get(request.agentId);
      // As it is now: a configuration changed meanwhile is for the next turn.
      const prices = ports.pricesFor(agent);
      const [model, history, workspace] = await Promise.all([
        ports.models.forAgent(agent.config),
        request.history ?? (request.isFirst ? [] : readHistory(ports.database, request.session.id, request.messageId)),
        ports.openWorkspace(agent),
      ]);
      modelId = model.id;
      const runner = runnerFor(agent, request.options.tools);
      const result = await runAgentLoop({
        model,
        system: request.options.system ?? agent.system,
        history: [...history, { role: 'user', content: request.content }],
        tools: runner.offered,
        maxSteps: agent.maxSteps,
        traceId: request.traceId,
        signal,
        onText,
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
      });
      return { usage: usageOf(result, prices), model: model.id, error: result.error };
    } catch (thrown) {
      return { usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 }, model: modelId, error: AppError.from(thrown) };
    }
  };
};

const readHistory = async (database: Database, sessionId: string, current: string): Promise<ModelMessage[]> =>
  toModelMessages(
    await database.read({ op: 'event.list', sessionId, afterSeq: 0, beforeSeq: null, limit: historyEvents, newest: true }),
    current,
  );

const usageOf = (tokens: { inputTokens: number; outputTokens: number }, prices: { input: number; output: number } | null): Usage => ({
  inputTokens: tokens.inputTokens,
  outputTokens: tokens.outputTokens,
  costUsd: prices ? (tokens.inputTokens * prices.input + tokens.outputTokens * prices.output) / 1_000_000 : 0,
});
