import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import type { Agent, AgentRegistry } from '../agents/agent-registry.ts';
import type { SkillTools } from '../agents/tools/skill-tools.ts';
import type { ToolCatalog } from '../agents/tools/tool-catalog.ts';
import type { LiveConfig } from '../config/live-config.ts';
import type { GatewayPorts } from '../gateway-ports.ts';
import type { GuardedHttp } from '../net/guarded-http.ts';
import type { Database } from '../storage/database.ts';
import { createDownloadSkill } from './download-skill.ts';
import { createInstallFromLink } from './install-from-link.ts';
import { createSkillInstaller } from './install-skill.ts';
import { createMissing } from './requirements.ts';
import { createReviewSkill } from './review-skill.ts';
import type { SkillPlace } from './skill.ts';
import { openSkillBindings } from './skill-bindings.ts';
import { createSkillRegistry } from './skill-registry.ts';
import { createSkillTurns } from './skill-turn.ts';
import { createSkills, type Skills } from './skills.ts';
import { watchFolder } from './watch-folder.ts';

type Ports = Pick<GatewayPorts, 'clock' | 'log' | 'env' | 'randomBytes' | 'skillFolders'> & {
  readonly database: Database;
  readonly live: LiveConfig;
  readonly agents: AgentRegistry;
  readonly catalog: ToolCatalog;
  readonly openWorkspace: (agent: Agent) => Promise<string>;
  readonly make: SkillTools;
  readonly web: GuardedHttp;
};

const warmAfterMs = 500;

/** Skills, with all that they need. Nothing is read from their folders before somebody asks. */
export const openSkills = async (ports: Ports): Promise<Skills> => {
  const { live, skillFolders: folders, agents, catalog } = ports;
  const log = ports.log.logger;
  const bindings = await openSkillBindings(ports.database, ports.clock);
  const isRegistered = (agentId: string, name: string): boolean => catalog.tools(agents.get(agentId)).some((tool) => tool.name === name);
  const everyones = (source: SkillPlace['source'], folder: string): SkillPlace => ({ source, folder, agentId: null, within: null });
  const registry = createSkillRegistry({
    ...{ fs, watch: watchFolder, clock: ports.clock, log },
    places: () => [
      ...(folders.bundled === null ? [] : [everyones('bundled', folders.bundled)]),
      everyones('home', folders.home),
      ...live.current().skills.paths.map((path) => everyones('paths', folders.resolve(path))),
    ],
    placesOf: async (agentId) => {
      const workspace = await ports.openWorkspace(agents.get(agentId));
      return ['skills', join('.agents', 'skills')].map((name) => ({
        ...{ source: 'workspace', folder: join(workspace, name), agentId, within: workspace },
      }));
    },
  });
  live.onChange((now, before) => {
    if (now.skills !== before.skills)
      void registry.reload().catch((error: unknown) => log.error({ source: 'skills', err: error }, 'skills'));
  });
  const installer = createSkillInstaller({ fs, folder: folders.home, randomBytes: ports.randomBytes });
  const missing = createMissing({ fs, env: ports.env });
  const review = createReviewSkill({ installer, missing });
  const skills = createSkills({
    installer,
    review,
    installFromLink: createInstallFromLink({ installer, review, download: createDownloadSkill(ports.web) }),
    registry,
    bindings,
    missing,
    beginTurn: createSkillTurns({ fs, bindings, make: ports.make, isRegistered }),
    agentIds: () => agents.list().map(({ id }) => id),
    allowedFor: (agentId) => agents.get(agentId).config.skills ?? null,
    isRegistered,
    shown: folders.shown,
  });
  let cancelWarming = (): void => undefined;
  return {
    ...skills,
    // Not first when somebody waits for an answer.
    warm: () => {
      cancelWarming = ports.clock.after(warmAfterMs, () => {
        registry
          .look(agents.defaultId)
          .catch((error: unknown) => log.error({ source: 'skills', err: error }, 'the skills could not be read'));
      });
    },
    close: () => {
      cancelWarming();
      skills.close();
    },
  };
};
