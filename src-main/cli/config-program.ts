import type { Command } from 'commander';
import type { CliPorts } from './run-cli.ts';

/** `openclaw config …` */
export const addConfig = (program: Command, ports: CliPorts, exitWith: (code: number) => void): void => {
  const config = program.command('config').description('the configuration');
  config
    .command('path')
    .description('where the file is')
    .action(async () => (await commands()).printPath(ports));
  config
    .command('get')
    .argument('[key]', keyHelp)
    .description('print a value, or all of them, defaults included')
    .option('--json', 'text in quotes, too')
    .action(async (key: string | undefined, options: { json?: boolean }) => (await commands()).get(key, options, ports));
  config
    .command('set')
    .argument('<key>', keyHelp)
    .argument('<value>', 'JSON; what is none is text')
    .description('change a value; comments in the file stay')
    .option('--pin-stdin', 'read the PIN, where it is needed, from stdin')
    .action(async (key: string, value: string, options: { pinStdin?: boolean }) => (await commands()).set(key, value, options, ports));
  config
    .command('unset')
    .argument('<key>', keyHelp)
    .description('take a key away; its default holds then')
    .option('--pin-stdin', 'read the PIN, where it is needed, from stdin')
    .action(async (key: string, options: { pinStdin?: boolean }) => (await commands()).unset(key, options, ports));
  config
    .command('validate')
    .description('check the file, with line and column')
    .action(async () => exitWith((await commands()).validate(ports)));
  config
    .command('schema')
    .description('print its JSON Schema, for editors')
    .action(async () => (await commands()).printSchema(ports));
  config
    .command('set-key')
    .argument('<name>', "what a model's keyRef says")
    .description("read a provider's API key from stdin and put it into the keychain")
    .action(async (name: string) => (await commands()).setKey(name, ports));
};

const keyHelp = 'like gateway.port, or models["gpt-4.1"].provider';

const commands = () => import('./config-command.ts');
