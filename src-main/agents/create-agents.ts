import * as fs from 'node:fs/promises';
import type { LiveConfig } from '../config/live-config.ts';
import type { GatewayPorts } from '../gateway-ports.ts';
import type { FetchPage } from '../net/fetch-page.ts';
import type { ProxySettings } from '../net/proxy.ts';
import type { AgentRun } from '../sessions/agent-run.ts';
import type { TurnEngine } from '../sessions/turn-engine.ts';
import type { Database } from '../storage/database.ts';
import type { SecretStore } from '../storage/secret-store.ts';
import type { UploadStore } from '../uploads/upload-store.ts';
import { type Agent, type AgentRegistry, createAgentRegistry } from './agent-registry.ts';
import { type AgentRoutes, createAgentRoutes } from './agent-routes.ts';
import { type BudgetRoutes, createBudgetRoutes } from './budgets/budget-routes.ts';
import { createBudgets } from './budgets/budgets.ts';
import { createDelegate } from './delegation/delegate.ts';
import { createFetchJson, discoverLocalModels, discoverLocalServers } from './models/discovery.ts';
import { createModelRoutes, type ModelRoutes } from './models/model-routes.ts';
import { createModelTransport } from './models/model-transport.ts';
import { createModelRegistry, type ModelRegistry } from './models/resolve-model.ts';
import { createOwnSteps } from './own-steps.ts';
import { createReadAttachments } from './read-attachments.ts';
import { createRunAgent, type RunAgentPorts } from './run-agent.ts';
import { createBuiltInTools } from './tools/built-in-tools.ts';
import { createMcpTools } from './tools/mcp-tools.ts';
import { memoryPrompt } from './tools/memory.ts';
import { createPluginToolSource } from './tools/plugin-tools.ts';
import { createToolCatalog, fixedTools, type ToolCatalog } from './tools/tool-catalog.ts';
import { createKeepBefore } from './undo/keep-before.ts';
import { createUndoRoutes, type UndoRoutes } from './undo/undo-routes.ts';

type Ports = Pick<GatewayPorts, 'clock' | 'randomBytes' | 'env' | 'programs' | 'search' | 'openWorkspace'> &
  Pick<RunAgentPorts, 'gate' | 'beginSkills'> & {
    readonly database: Database;
    readonly secrets: SecretStore;
    readonly live: LiveConfig;
    readonly proxy: ProxySettings | null;
    readonly fetchPage: FetchPage;
    readonly mcpServers: Parameters<typeof createMcpTools>[0];
    readonly pluginTools: Parameters<typeof createPluginToolSource>[0];
    readonly uploads: Pick<UploadStore, 'read' | 'pathOf' | 'save'>;
    readonly engine: Pick<TurnEngine, 'submit' | 'running'>;
  };

export type Agents = AgentRegistry & {
  readonly catalog: ToolCatalog;
  readonly models: ModelRegistry;
  readonly openWorkspace: (agent: Agent) => Promise<string>;
  readonly run: AgentRun;
  /** About budgets, in words. */
  readonly warnings: () => readonly string[];
  readonly routes: AgentRoutes & BudgetRoutes & ModelRoutes & UndoRoutes;
  readonly close: () => Promise<void>;
};

/** Agents with their models, tools and budgets. */
export const createAgents = (ports: Ports): Agents => {
  const { database, clock, randomBytes, env, secrets, live, proxy, engine } = ports;
  const registry = createAgentRegistry(live);
  const openWorkspace = (agent: Agent): Promise<string> => ports.openWorkspace(agent.id, agent.workspace);

  const catalog = createToolCatalog([
    fixedTools([
      ...createBuiltInTools({ ...ports, keepBefore: createKeepBefore({ database, clock }) }),
      createDelegate({ agents: registry, submit: engine.submit, now: clock.now, randomBytes }),
    ]),
    createMcpTools(ports.mcpServers),
    createPluginToolSource(ports.pluginTools),
  ]);

  const transport = createModelTransport({ now: clock.now, proxy });
  const fetchJson = createFetchJson(transport.dispatcher);
  const models = createModelRegistry({
    ...{ live, env, transport, getSecret: secrets.get, now: clock.now },
    discover: () => discoverLocalModels({ fetchJson }),
  });
  const budgets = createBudgets({ database, clock, config: live.current, unpriced: models.unpriced });

  return {
    ...registry,
    ...{ catalog, models, openWorkspace },
    run: createRunAgent({
      ...{ database, clock, agents: registry, models, catalog, budgets, openWorkspace },
      ...{ gate: ports.gate, beginSkills: ports.beginSkills, ownSteps: createOwnSteps(clock) },
      readAttachments: createReadAttachments({ fs, uploads: ports.uploads }),
      readNotes: (workspace) => memoryPrompt(fs, workspace),
    }),
    warnings: budgets.warnings,
    routes: {
      ...createAgentRoutes({ agents: registry, models, engine, catalog }),
      ...createBudgetRoutes(budgets),
      ...createModelRoutes({ models, secrets, clock, env, discoverServers: () => discoverLocalServers({ fetchJson }) }),
      ...createUndoRoutes({ database }),
    },
    close: models.close,
  };
};
