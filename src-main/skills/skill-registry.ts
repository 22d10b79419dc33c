import type { Logger } from 'pino';
import type { Clock } from '../gateway-ports.ts';
import type { BrokenSkill, LoadedSkill, SkillPlace } from './skill.ts';
import { type Found, type LoaderFs, loadSkills } from './skill-loader.ts';

const debounceMs = 100;
/** Watched folders at most: each costs a handle of the system. */
const watchesMost = 1_000;

export type SkillRegistry = {
  /** Resolves when what is on the disk has been read, for everyone and for this agent's workspace. */
  readonly look: (agentId: string) => Promise<void>;
  /** What an agent has: of one name, the later place's. As `look` last saw it. */
  readonly forAgent: (agentId: string) => Found;
  /** Another number after each change. */
  readonly version: () => number;
  readonly reload: () => Promise<void>;
  readonly close: () => void;
};

type Ports = {
  readonly fs: LoaderFs;
  /** Told of changes right in that folder; returns its undo. Throws where it cannot be watched. */
  readonly watch: (folder: string, listener: () => void) => () => void;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Logger;
  /** Everyone's, the later the more they count. */
  readonly places: () => readonly SkillPlace[];
  /** Those of one agent; they come after everyone's. */
  readonly placesOf: (agentId: string) => Promise<readonly SkillPlace[]>;
};

/** Reads nothing before it is asked; from then on it sees what changes. */
export const createSkillRegistry = (ports: Ports): SkillRegistry => {
  const { fs, clock, log } = ports;
  let everyone: Found | null = null;
  const agents = new Map<string, { readonly stamp: string; readonly found: Found }>();
  const watched = new Map<string, () => void>();
  let version = 0;
  let loading: Promise<void> | null = null;
  let cancelReload: (() => void) | null = null;
  let closed = false;

  const soon = (): void => {
    cancelReload?.();
    cancelReload = clock.after(debounceMs, () => {
      cancelReload = null;
      reload().catch((error: unknown) => log.error({ source: 'skills', err: error }, 'the skills could not be read again'));
    });
  };

  const watch = (folder: string): void => {
    if (closed || watched.has(folder) || watched.size >= watchesMost) return;
    try {
      watched.set(folder, ports.watch(folder, soon));
    } catch {
      // Not there, or the system has no more handles: what changes is then seen at the next start.
    }
  };

  const load = async (places: readonly SkillPlace[]): Promise<Found> => {
    const bySlug = new Map<string, LoadedSkill | BrokenSkill>();
    for (const place of places) {
      // Watched before it is read, so that nothing comes unseen in between.
      const { skills, broken } = await loadSkills(fs, place, watch);
      const here = new Set<string>();
      for (const skill of [...skills, ...broken]) {
        const twice = here.has(skill.slug);
        here.add(skill.slug);
        // What is broken takes no working skill's place.
        if ('error' in skill ? !bySlug.has(skill.slug) : !twice) bySlug.set(skill.slug, skill);
        else if (!('error' in skill)) {
          const error = `Another skill in this place is called "${skill.slug}" too.`;
          bySlug.set(`${skill.slug} ${skill.file}`, { slug: skill.slug, place, file: skill.file, error });
        } else bySlug.set(`${skill.slug} ${skill.file}`, skill);
      }
    }
    const all = [...bySlug.values()];
    return {
      skills: all.filter((skill): skill is LoadedSkill => !('error' in skill)),
      broken: all.filter((skill): skill is BrokenSkill => 'error' in skill),
    };
  };

  const loadEveryone = (): Promise<void> => {
    loading ??= (async () => {
      everyone = await load(ports.places());
      version += 1;
    })().finally(() => {
      loading = null;
    });
    return loading;
  };

  /** Changes when a place of a workspace comes, goes, or has an entry more or less. */
  const stampOf = async (places: readonly SkillPlace[]): Promise<string> =>
    (
      await Promise.all(
        places.map(({ folder }) =>
          fs.stat(folder).then(
            (info) => info.mtimeMs,
            () => 0,
          ),
        ),
      )
    ).join(' ');

  const lookAt = async (agentId: string, always: boolean): Promise<void> => {
    const places = await ports.placesOf(agentId);
    const stamp = await stampOf(places);
    if (!always && agents.get(agentId)?.stamp === stamp) return;
    const found = await load(places);
    const before = agents.get(agentId)?.found;
    agents.set(agentId, { stamp, found });
    if (before || found.skills.length + found.broken.length > 0) version += 1;
  };

  const reload = async (): Promise<void> => {
    // One that is under way may have read the old text already.
    await loading;
    for (const undo of watched.values()) undo();
    watched.clear();
    await loadEveryone();
    for (const agentId of agents.keys()) await lookAt(agentId, true);
  };

  return {
    look: async (agentId) => {
      if (everyone === null) await loadEveryone();
      await lookAt(agentId, false);
    },
    forAgent: (agentId) => {
      const common = everyone ?? { skills: [], broken: [] };
      const own = agents.get(agentId)?.found ?? { skills: [], broken: [] };
      const names = new Set(own.skills.map(({ slug }) => slug));
      return {
        skills: [...common.skills.filter(({ slug }) => !names.has(slug)), ...own.skills],
        broken: [...common.broken, ...own.broken],
      };
    },
    version: () => version,
    reload,
    close: () => {
      closed = true;
      cancelReload?.();
      for (const undo of watched.values()) undo();
      watched.clear();
    },
  };
};
