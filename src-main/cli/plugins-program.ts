import type { Command } from 'commander';
import type { CliPorts } from './run-cli.ts';

/** `openclaw plugins …`: `create-openclaw-plugin`, as it is shipped with the app. Needs no gateway and no network; `dev` uses a gateway that runs. */
export const addPlugins = (program: Command, ports: CliPorts, exit: (code: number) => void): void => {
  const plugins = program.command('plugins').description('write channels and tools of your own');
  const run = async (...argv: readonly string[]): Promise<void> => exit(await runPlugins(argv, ports));
  plugins
    .command('init')
    .argument('<name>', 'its id and its folder: a-z, 0-9 and -')
    .description('start a plugin, with all that it needs of ours')
    .option('--kind <kind>', 'channel or tools', 'channel')
    .action((name: string, { kind }: { kind: string }) => run('init', name, '--kind', kind));
  plugins
    .command('build')
    .argument('[folder]', 'of the plugin', '.')
    .description('bundle src/index.ts and pack dist/<id>.plugin')
    .action((folder: string) => run('build', folder));
  plugins
    .command('dev')
    .argument('[folder]', 'of the plugin', '.')
    .description('check types, build, and bring it into the gateway if one runs; again after each change')
    .option('--yes', 'without asking before the first time')
    .action(async (folder: string, options: { yes?: boolean }) => {
      const { createReload } = await import('./plugins-reload.ts');
      exit(await runPlugins(['dev', folder], ports, createReload(options, ports)));
    });
  plugins
    .command('validate')
    .argument('[folder]', 'of the plugin', '.')
    .description('say what is wrong with its openclaw.plugin.json')
    .action((folder: string) => run('validate', folder));
};

const runPlugins = async (argv: readonly string[], ports: CliPorts, reload?: (file: string) => Promise<string>): Promise<number> => {
  // The package itself, since a project gets a copy of it: from the checkout and from the packed app by the same path.
  const built = new URL('../../packages/create-openclaw-plugin/dist/index.mjs', import.meta.url);
  const { run }: typeof import('../../packages/create-openclaw-plugin/src/index.ts') = await import(/* @vite-ignore */ built.href);
  return run(argv, {
    cwd: process.cwd(),
    print: (text) => void ports.stdout.write(`${text}\n`),
    complain: (text) => void ports.stderr.write(`${text}\n`),
    ...(reload ? { reload } : {}),
  });
};
