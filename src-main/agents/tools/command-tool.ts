import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import type * as Fs from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { touch } from '../../../src-shared/touches.ts';
import type { Clock } from '../../gateway-ports.ts';
import { isInside } from '../../is-inside.ts';
import type { Programs } from '../../programs/open-programs.ts';
import { createCappedOutput } from './capped-output.ts';
import { type Action, type JsonSchemaParameters, type Tool, type ToolContext, ToolError } from './tool.ts';
import { resolveInWorkspace } from './workspace-path.ts';

const defaultMs = 120_000;
const toldMost = 16_000;

/** A program that a tool runs, as somebody has confirmed it. No shell reads any of it. */
export type CommandTool = {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchemaParameters;
  /** An item `{name}` is replaced as a whole by that argument, and left out where it is not given. */
  readonly argv: readonly string[];
  /** Where the program is looked for: on PATH, or in this folder and nowhere else. */
  readonly inside: string | null;
  /** Relative to the workspace. */
  readonly cwd?: string | undefined;
  readonly timeoutMs?: number | undefined;
  /** Names of variables of the gateway's environment that it gets besides the usual ones. */
  readonly env?: readonly string[] | undefined;
  /** The arguments as JSON on its stdin. */
  readonly stdin?: 'json' | undefined;
};

type Ports = {
  readonly fs: Pick<typeof Fs, 'realpath' | 'readFile' | 'access' | 'stat'>;
  readonly programs: Programs;
  readonly clock: Pick<Clock, 'after'>;
  /** The gateway's own. */
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** Makes tools that run one program each: of skills, whose users have said which. */
export const createCommandTools =
  ({ fs, programs, clock, env }: Ports) =>
  (command: CommandTool): Tool<JsonSchemaParameters> => {
    const { name, timeoutMs = defaultMs } = command;

    const prepare = async (args: Readonly<Record<string, unknown>>, { workspace }: ToolContext) => {
      const [program = '', ...items] = command.argv.flatMap((item) => filled(item, args));
      const [folder, path, sandbox] = await Promise.all([
        resolveInWorkspace(workspace, command.cwd ?? '.', fs.realpath),
        find(program),
        programs.findSandbox(),
      ]);
      const passed = (command.env ?? []).flatMap((key): [string, string][] => (env[key] === undefined ? [] : [[key, env[key]]]));
      const input = command.stdin === 'json' ? JSON.stringify(args) : undefined;
      return { argv: [path, ...items] as [string, ...string[]], shown: [program, ...items], folder, sandbox, passed, input };
    };

    /** @throws ToolError where there is no such program */
    const find = async (program: string): Promise<string> => {
      const { inside } = command;
      const candidates =
        inside !== null
          ? [resolve(inside, program)]
          : isAbsolute(program)
            ? [program]
            : /[\\/]/.test(program)
              ? []
              : (programs.env.PATH ?? '')
                  .split(delimiter)
                  .filter(Boolean)
                  .map((folder) => join(folder, program));
      for (const candidate of candidates) {
        const real = await runnable(candidate);
        if (real === null) continue;
        if (inside !== null && !isInside(inside, real)) throw new ToolError(`"${program}" leads out of the skill's folder.`);
        return candidate;
      }
      throw new ToolError(
        inside === null
          ? `There is no program "${program}" on this computer's PATH.`
          : `There is no program "${program}" in the skill's folder, or it may not be executed.`,
      );
    };

    const runnable = (path: string): Promise<string | null> =>
      fs
        .access(path, constants.X_OK)
        .then(async () => ((await fs.stat(path)).isFile() ? fs.realpath(path) : null))
        .catch(() => null);

    const plan = async (args: Readonly<Record<string, unknown>>, context: ToolContext): Promise<Action> => {
      const { argv, shown, folder, sandbox, passed, input } = await prepare(args, context);
      const executable = await fs.realpath(argv[0]);
      const names = [...new Set([...Object.keys(programs.env), ...passed.map(([key]) => key)])].sort();
      return {
        title: shown.map(quoted).join(' '),
        binding: {
          ...{ argv, cwd: folder, env: names, executable, sandbox: sandbox.name, input: input ?? null },
          sha256: createHash('sha256')
            .update(await fs.readFile(executable))
            .digest('hex'),
        },
        cwd: folder,
        touches: [
          ...(sandbox.name === 'none' ? [touch('everything'), touch('network')] : [touch('workspace'), touch('network'), touch('system')]),
          ...passed.map(([key]) => touch('variable', { name: key })),
        ],
        sandbox: sandbox.name,
        preview: input ?? null,
        risk: 'high',
        rule: { argv, cwd: folder, executable, sandbox: sandbox.name, input: input ?? null },
      };
    };

    return {
      ...{ name, description: command.description, parameters: command.parameters, effect: 'run', timeLimitMs: timeoutMs + 5_000, plan },
      execute: async (args, context) => {
        const { argv, folder, sandbox, passed, input } = await prepare(args, context);
        const output = createCappedOutput(toldMost);
        const limit = new AbortController();
        const cancelLimit = clock.after(timeoutMs, () => limit.abort());
        const confinement = programs.confine(context.workspace, command.inside === null ? [] : [command.inside]);
        const end = await programs.run(
          {
            argv: sandbox.wrap(argv, folder, confinement),
            cwd: folder,
            env: { ...programs.env, ...Object.fromEntries(passed) },
            ...(input === undefined ? {} : { input }),
          },
          {
            signal: AbortSignal.any([context.signal, limit.signal]),
            onOutput: (text) => {
              output.push(text);
              context.onOutput(text);
            },
          },
        );
        cancelLimit();
        if (end.error !== null) throw new ToolError(`${argv[0]} could not be started: ${end.error}`);
        const told = output.text();
        if (limit.signal.aborted) throw new ToolError(`${told}\n[ended after ${timeoutMs} ms, with all that it had started]`.trim());
        if (end.code !== 0) throw new ToolError(`${told}\n[exit code ${end.code ?? `none, ended by ${end.signal}`}]`.trim());
        return told === '' ? '(no output)' : told;
      },
    };
  };

const filled = (item: string, args: Readonly<Record<string, unknown>>): readonly string[] => {
  const name = /^\{([A-Za-z0-9_.-]+)\}$/.exec(item)?.[1];
  if (name === undefined) return [item];
  const value = Object.hasOwn(args, name) ? args[name] : undefined;
  if (value === undefined || value === null) return [];
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (text.includes('\0')) throw new ToolError(`"${name}" contains a null character.`);
  return [text];
};

/** So that one line shows where each argument begins and ends. */
const quoted = (item: string): string => (/^[A-Za-z0-9_@%+=:,./~-]+$/.test(item) ? item : `'${item.replaceAll("'", "'\\''")}'`);
