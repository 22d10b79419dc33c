import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import type * as Fs from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Clock } from '../../gateway-ports.ts';
import type { Programs } from '../../programs/open-programs.ts';
import { createCappedOutput } from './capped-output.ts';
import { type Action, type Tool, type ToolContext, ToolError } from './tool.ts';
import { resolveInWorkspace } from './workspace-path.ts';

const timeLimitMs = 600_000;
const defaultMs = 120_000;
/** What the model is told of the output; the rest is in a file. */
const toldMost = 16_000;
const keptMost = 10_000_000;

const parameters = z.object({
  command: z.string().min(1).max(100_000).describe('for /bin/sh'),
  cwd: z.string().max(4096).optional().describe('folder, relative to the workspace; default the workspace itself'),
  timeoutMs: z.int().min(1_000).max(timeLimitMs).optional().describe(`default ${defaultMs}`),
});

export type ShellPorts = {
  readonly fs: Pick<typeof Fs, 'realpath' | 'readFile' | 'mkdir' | 'open'>;
  readonly programs: Programs;
  readonly clock: Pick<Clock, 'after'>;
};

/** Runs a command line of the shell, held in by the operating system where it can. Nothing about the command decides whether it may run. */
export const createShell = ({ fs, programs, clock }: ShellPorts): Tool<typeof parameters> => {
  const shell = '/bin/sh';
  const argvFor = (command: string): readonly [string, ...string[]] => [shell, '-c', command];

  const plan = async ({ command, cwd }: z.output<typeof parameters>, { workspace }: ToolContext): Promise<Action> => {
    const folder = await resolveInWorkspace(workspace, cwd ?? '.', fs.realpath);
    const sandbox = await programs.findSandbox();
    const executable = await fs.realpath(shell);
    return {
      title: command,
      binding: {
        argv: argvFor(command),
        cwd: folder,
        env: Object.keys(programs.env).sort(),
        executable,
        sha256: createHash('sha256')
          .update(await fs.readFile(executable))
          .digest('hex'),
        sandbox: sandbox.name,
      },
      cwd: folder,
      touches:
        sandbox.name === 'none'
          ? ['every file and program that you can touch', 'the network']
          : ['files in the workspace', 'the network', 'reads the system, not your home folder'],
      sandbox: sandbox.name,
      preview: null,
      risk: 'high',
      rule: { command, cwd: folder, sandbox: sandbox.name },
    };
  };

  return {
    name: 'shell',
    description: 'Run a command in the workspace with /bin/sh. It has no terminal and no stdin.',
    parameters,
    effect: 'run',
    timeLimitMs: timeLimitMs + 5_000,
    plan,
    execute: async ({ command, cwd, timeoutMs = defaultMs }, context) => {
      const folder = await resolveInWorkspace(context.workspace, cwd ?? '.', fs.realpath);
      const sandbox = await programs.findSandbox();
      const output = createCappedOutput(toldMost);
      const whole = createCappedOutput(keptMost);
      const limit = new AbortController();
      const cancelLimit = clock.after(timeoutMs, () => limit.abort());
      const end = await programs.run(
        { argv: sandbox.wrap(argvFor(command), folder, programs.confine(context.workspace)), cwd: folder, env: programs.env },
        {
          signal: AbortSignal.any([context.signal, limit.signal]),
          onOutput: (text) => {
            output.push(text);
            whole.push(text);
            context.onOutput(text);
          },
        },
      );
      cancelLimit();
      if (end.error !== null) throw new ToolError(`The shell could not be started: ${end.error}`);
      const rest = output.length() > toldMost ? `\n[all of it: ${await keep(fs, context, whole.text())}]` : '';
      const told = `${output.text()}${rest}`;
      if (limit.signal.aborted) throw new ToolError(`${told}\n[ended after ${timeoutMs} ms, with all that it had started]`.trim());
      if (end.code !== 0) throw new ToolError(`${told}\n[exit code ${end.code ?? `none, ended by ${end.signal}`}]`.trim());
      return told === '' ? '(no output)' : told;
    },
  };
};

/** Where a model can read what it was not told. @returns the path in the workspace */
const keep = async (fs: ShellPorts['fs'], { workspace, messageId, toolCallId }: ToolContext, text: string): Promise<string> => {
  const folder = join('.openclaw', 'output');
  await fs.mkdir(join(workspace, folder), { recursive: true });
  // A command may have put a link there that leads out.
  if ((await fs.realpath(join(workspace, folder))) !== join(workspace, folder)) return 'not kept, .openclaw/output is a link';
  const path = join(folder, `${createHash('sha256').update(`${messageId} ${toolCallId}`).digest('hex').slice(0, 16)}.txt`);
  const file = await fs.open(join(workspace, path), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
  return path;
};
