import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { bareEnv, root, run } from './child.ts';
import { type SilentRegistry, startSilentRegistry } from './silent-registry.ts';

/** A folder for projects of plugins, offline: the registry that npm knows has nothing and says who asked. */
export type PluginProjects = {
  readonly folder: string;
  readonly registry: SilentRegistry;
  readonly env: NodeJS.ProcessEnv;
  /** Runs the command in an empty folder, and installs: ours from the project itself, the rest from this checkout. */
  readonly create: (name: string, command: string, id?: string) => Promise<string>;
  readonly succeed: (command: readonly string[], cwd: string) => Promise<{ stdout: string }>;
  readonly remove: () => void;
};

export const openPluginProjects = async (): Promise<PluginProjects> => {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-plugin-'));
  const registry = await startSilentRegistry();
  const env = bareEnv({
    npm_config_registry: registry.url,
    npm_config_cache: join(folder, 'cache'),
    npm_config_prefix: join(folder, 'prefix'),
    npm_config_update_notifier: 'false',
    npm_config_audit: 'false',
  });
  const succeed: PluginProjects['succeed'] = async ([command = '', ...args], cwd) => {
    const ended = await run(command, args, { cwd, env });
    expect(ended, `${command} ${args.join(' ')}\n${ended.stdout}\n${ended.stderr}`).toMatchObject({ code: 0 });
    return ended;
  };
  await succeed(['npm', 'run', 'link-packages'], root);
  return {
    ...{ folder, registry, env, succeed },
    create: async (name, command, id = 'my-custom-channel') => {
      const empty = join(folder, name);
      mkdirSync(empty);
      await succeed(command.split(' '), empty);
      const project = join(empty, id);
      const file = join(project, 'package.json');
      const manifest = JSON.parse(readFileSync(file, 'utf8')) as { devDependencies: Record<string, string> };
      for (const [dependency, version] of Object.entries(manifest.devDependencies))
        if (!version.startsWith('file:')) manifest.devDependencies[dependency] = `file:${join(root, 'node_modules', dependency)}`;
      writeFileSync(file, JSON.stringify(manifest, null, 2));
      await succeed(['npm', 'install', '--offline'], project);
      return project;
    },
    remove: () => {
      registry.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
