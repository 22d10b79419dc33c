import type { Command } from 'commander';
import { referTo } from '../../src-shared/looks-like-secret.ts';
import { readCount } from './read-options.ts';
import type { CliPorts } from './run-cli.ts';

/** `openclaw skills …` */
export const addSkills = (program: Command, ports: CliPorts, exit: (code: number) => void): void => {
  const skills = program.command('skills').description('prompts with tools that agents can take up');
  skills
    .command('list')
    .description('all there are, the broken ones too')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) => (await commands()).list(options, ports));
  skills
    .command('install')
    .argument('<path>', "a skill's folder, a zip of one, a skill in JSON, or an https link to one, also to a folder on GitHub")
    .description('put one into the home folder; what it replaces is kept')
    .option('--sha256 <hash>', 'install exactly this from a link; without it the link is only looked at')
    .option('--yes', 'do not ask at the terminal first')
    .option('--json', 'as JSON')
    .action(async (path: string, options: { json?: boolean; sha256?: string; yes?: boolean }) =>
      (await commands()).install(path, options, ports),
    );
  skills
    .command('bind')
    .argument('<skill>')
    .argument('<tool>')
    .argument('[argv...]', 'after --: the program and its arguments; {name} alone is an argument of the tool')
    .description('confirm what a tool of a skill runs; without a program, what its description suggests is shown')
    .option('--script', "the program stands in the skill's folder")
    .option('--cwd <folder>', 'where it runs, relative to the workspace')
    .option('--env <names...>', "variables of the gateway's environment that it gets")
    .option('--timeout-ms <ms>', 'how long it may take; default 120000', readCount)
    .option('--stdin-json', 'give it the arguments as JSON on stdin')
    .option('--tool <name>', 'another tool does it, in place of a program')
    .option('--mcp <server.tool>', 'a tool of an MCP server does it')
    .option('--url <url>', 'it is a call of a service; a segment {name} of the path is an argument of the tool')
    .option('--method <method>', 'of that call: GET, POST, PUT, PATCH or DELETE; default POST')
    .option('--header <lines...>', `'Name: value'; a value may hold ${referTo('NAME')}`)
    .option('--query', 'the arguments go into the query; default for GET and DELETE, else they are a JSON body')
    .option('--private', 'its host is this machine or in a private network')
    .option('--forget', 'take back what was confirmed')
    .option('--pin-stdin', 'read the PIN, if it is asked for, as a line from stdin')
    .action(async (skill: string, tool: string, argv: string[], options: BindOptions) =>
      (await commands()).bind(skill, tool, argv, options, ports),
    );
  skills
    .command('validate')
    .argument('<path>', "a skill's folder, a folder of skills, or a skill in JSON")
    .description('say what is wrong with it, strictly; needs no gateway')
    .option('--json', 'as JSON')
    .action(async (path: string, options: { json?: boolean }) => exit(await (await commands()).validate(path, options, ports)));
  skills
    .command('remove')
    .argument('<skill>')
    .description('take one out of the home folder')
    .action(async (skill: string) => (await commands()).remove(skill, ports));
  skills
    .command('restore')
    .alias('undo')
    .argument('<skill>')
    .description('undo the last install or removal of one')
    .action(async (skill: string) => (await commands()).restore(skill, ports));
};

export type BindOptions = {
  readonly script?: boolean;
  readonly cwd?: string;
  readonly env?: string[];
  readonly timeoutMs?: number;
  readonly stdinJson?: boolean;
  readonly tool?: string;
  readonly mcp?: string;
  readonly url?: string;
  readonly method?: string;
  readonly header?: string[];
  readonly query?: boolean;
  readonly private?: boolean;
  readonly forget?: boolean;
  readonly pinStdin?: boolean;
};

const commands = () => import('./skills-commands.ts');
