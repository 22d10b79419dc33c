import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import { reservedEnv } from '../../../src-shared/models/plugin-manifest.ts';
import type { Clock } from '../../gateway-ports.ts';
import type { Confinement, Sandbox } from '../../programs/sandbox.ts';
import { endInWords } from './end-in-words.ts';
import { findPermissionFlags, nodeArguments, type PermissionFlags } from './permission-flags.ts';
import type { LaunchProcess, PluginProcess, ProcessGrant } from './plugin-process.ts';
import { readLines } from './read-lines.ts';

export type LaunchPorts = {
  readonly clock: Clock;
  readonly platform: NodeJS.Platform;
  /** Of the gateway; a plugin sees what its manifest names. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Node, or an Electron that becomes one by ELECTRON_RUN_AS_NODE. */
  readonly execPath: string;
  /** The built `plugin-host.cjs`, outside of any archive. */
  readonly hostFile: string;
  readonly findSandbox: () => Promise<Sandbox>;
  readonly confine: (workspace: string, shown: readonly string[]) => Confinement;
};

const lastLines = 20;
const lastWordsMs = 500;

/**
 * A process with Node's permission model, a small heap and an empty environment; on Linux with bubblewrap also with a process
 * namespace of its own, or it could signal the gateway.
 */
export const createLauncher = (ports: LaunchPorts): LaunchProcess => {
  const { clock, platform, execPath, hostFile } = ports;
  let flags: Promise<PermissionFlags> | null = null;
  return async (grant) => {
    const env = environmentOf(grant, ports.env);
    flags ??= findPermissionFlags(execPath, env).catch((error: unknown) => {
      flags = null;
      throw error;
    });
    const [known, sandbox] = await Promise.all([flags, ports.findSandbox()]);
    const hostFolder = dirname(hostFile);
    const argv = [execPath, ...nodeArguments(known, grant, hostFolder, platform), hostFile, grant.name] as const;
    const [workspace] = grant.write;
    // Elsewhere a sandbox is for programs: it would keep a plugin from its pipe, or hold nothing that the flags do not.
    const isHeld = sandbox.name === 'bubblewrap';
    const shown = [hostFolder, dirname(execPath), ...grant.read, ...grant.write.slice(1)];
    const [file, ...args] = isHeld ? sandbox.wrap(argv, workspace, ports.confine(workspace, shown)) : argv;
    const child = spawn(file, args, {
      cwd: workspace,
      env,
      // Ctrl+C in the gateway's terminal is for the gateway, which then stops its plugins.
      detached: platform !== 'win32',
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const { stdout, stderr } = child as ChildProcessByStdio<null, Readable, Readable>;
    const recent: string[] = [];
    let tell = (_line: string): void => undefined;
    const onLine = (line: string): void => {
      recent.push(line);
      if (recent.length > lastLines) recent.shift();
      tell(line);
    };
    readLines(stdout, clock, onLine);
    readLines(stderr, clock, onLine);
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(`It could not be started: ${error.message}`));
      child.once('exit', (code, signal) => {
        const finish = (): void => resolve(endInWords({ code, signal, lines: recent, heapMb: grant.heapMb }));
        if (stderr.closed) return finish();
        // What it said last may still be in the pipe.
        clock.after(lastWordsMs, finish);
        stderr.once('close', finish);
      });
    });
    return {
      pipe: child.stdio[3] as Duplex,
      onLine: (listener) => {
        tell = listener;
      },
      ended,
      kill: () => void child.kill('SIGKILL'),
      isolation: { process: true, files: true, signals: isHeld, network: known.net && !grant.network },
    } satisfies PluginProcess;
  };
};

/** Where a language, a time zone or a company's certificates come from; Windows cannot resolve a name without SystemRoot. */
const always = ['TZ', 'LANG', 'LC_ALL', 'SystemRoot', 'NODE_EXTRA_CA_CERTS'];

const environmentOf = ({ env: wanted, write }: ProcessGrant, env: LaunchPorts['env']): Record<string, string> => {
  const names = [...always, ...wanted.filter((name) => !reservedEnv.test(name))];
  const passed = names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  const temporary = { TMPDIR: write[0], TMP: write[0], TEMP: write[0] };
  return { ...Object.fromEntries(passed), ...temporary, ELECTRON_RUN_AS_NODE: '1' };
};
