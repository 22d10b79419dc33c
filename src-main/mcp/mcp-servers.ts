import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { AppError } from '../../src-shared/app-error.ts';
import type { Config, McpServerConfig } from '../../src-shared/contract/config.ts';
import type { McpServerView } from '../../src-shared/contract/routes/mcp.ts';
import { nearNames } from '../../src-shared/near-names.ts';
import type { JsonSchemaParameters } from '../agents/tools/tool.ts';
import type { LiveConfig } from '../config/live-config.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import { escapeControls, redact } from '../logs/redact.ts';
import type { Programs } from '../programs/open-programs.ts';
import { type KeptServer, keepServer } from './keep-server.ts';
import { resultText } from './mcp-result.ts';
import type { OpenMcpSession } from './mcp-session.ts';
import { plainSecrets, reachServer, whereOf } from './reach-server.ts';
import type { ReadSchema } from './read-tools.ts';

/** A tool of a server as an agent may call it. */
export type OfferedMcpTool = {
  readonly server: string;
  /** As its server calls it. */
  readonly tool: string;
  /** As agents do: `server.tool`. */
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchemaParameters;
  readonly destructive: boolean;
  /** The command line, or the host. */
  readonly where: string;
  readonly kind: McpServerView['kind'];
  /** Changes with the server's configuration and with what the tool says of itself: what was agreed to was this. */
  readonly identity: string;
};

export type McpAnswer = { readonly ok: boolean; readonly text: string };

/** The configured servers of the Model Context Protocol. Nothing is started, or even loaded, before `start`. */
export type McpServers = {
  readonly start: () => void;
  readonly list: () => readonly McpServerView[];
  readonly tools: () => readonly OfferedMcpTool[];
  readonly onChange: (listener: () => void) => () => void;
  /** Rejects with words where it could not be asked, with the signal's reason where that comes first. */
  readonly call: (server: string, tool: string, args: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<McpAnswer>;
  /** @throws AppError MCP_SERVER_UNKNOWN, BAD_REQUEST where it is disabled */
  readonly restart: (server: string) => void;
  /** What an operator should know, in words. */
  readonly warnings: () => readonly string[];
  /** Ends all, with their process trees. */
  readonly close: () => Promise<void>;
};

type Ports = {
  readonly live: Pick<LiveConfig, 'current' | 'onChange'>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly version: string;
  readonly programs: Pick<Programs, 'start' | 'env' | 'loginPath'>;
  readonly getKey: (name: string) => Promise<string | null>;
  readonly readSchema: ReadSchema;
  /** Default: the SDK's, loaded with the first server. */
  readonly openSession?: OpenMcpSession;
};

export const createMcpServers = (ports: Ports): McpServers => {
  const { live, log } = ports;
  const kept = new Map<string, KeptServer>();
  const listeners = new Set<() => void>();
  let started = false;

  const tell = (): void => {
    for (const listener of listeners) listener();
  };

  const openWithSdk =
    (name: string): OpenMcpSession =>
    async (...args) => {
      const { createOpenSdkSession } = await import('./sdk-session.ts');
      const onStderr = (text: string): void =>
        log.debug({ source: 'mcp', server: name }, escapeControls(redact(text.slice(0, 2_000))).trim());
      return createOpenSdkSession({ version: ports.version, start: ports.programs.start, clock: ports.clock, onStderr })(...args);
    };

  const keep = (name: string, config: McpServerConfig): void => {
    let said = '';
    kept.set(
      name,
      keepServer(config, {
        ...ports,
        reach: (wanted) => reachServer(wanted, { ...ports.programs, getKey: ports.getKey }),
        open: ports.openSession ?? openWithSdk(name),
        onChange: () => {
          const { state, detail } = kept.get(name)?.state() ?? { state: 'connecting', detail: '' };
          const line = `MCP server "${name}" is ${state}${detail === '' ? '' : `: ${escapeControls(redact(detail))}`}`;
          if (line !== said) log[state === 'failed' || state === 'retrying' ? 'warn' : 'info']({ source: 'mcp', server: name }, line);
          said = line;
          tell();
        },
      }),
    );
  };

  const drop = (name: string): void => {
    const server = kept.get(name);
    kept.delete(name);
    void server?.close();
  };

  const unwatch = live.onChange(({ mcpServers: now }, { mcpServers: before }) => {
    if (!started || now === before) return;
    for (const name of Object.keys(before)) if (now[name] !== before[name]) drop(name);
    for (const [name, config] of Object.entries(now)) if (config !== before[name] && !config.disabled) keep(name, config);
    tell();
  });

  const requireServer = (name: string): KeptServer => {
    const server = kept.get(name);
    if (server) return server;
    const { mcpServers } = live.current();
    if (Object.hasOwn(mcpServers, name)) throw new AppError('BAD_REQUEST', { message: `The MCP server "${name}" is disabled.` });
    const near = nearNames(name, Object.keys(mcpServers));
    throw new AppError('MCP_SERVER_UNKNOWN', {
      message: `There is no MCP server "${name}".`,
      ...(near.length > 0 ? { hint: `Did you mean ${near.join(' or ')}?` } : {}),
    });
  };

  const views = (): McpServerView[] =>
    Object.entries(live.current().mcpServers).map(([name, config]) => {
      const server = kept.get(name);
      const { state, detail, about } = server?.state() ?? {
        state: config.disabled ? ('disabled' as const) : ('connecting' as const),
        detail: '',
        about: null,
      };
      return {
        name,
        kind: config.url === undefined ? 'stdio' : 'http',
        where: redact(whereOf(config)),
        about: about === null ? null : escapeControls(about),
        state,
        detail: escapeControls(redact(detail)),
        problems: [...(server?.problems() ?? [])],
        plainSecrets: [...plainSecrets(config)],
        tools: (server?.tools() ?? []).map((tool) => ({
          name: `${name}.${tool.name}`,
          description: tool.description,
          parameters: { ...tool.parameters.jsonSchema },
          destructive: tool.destructive,
          autoApproved: config.autoApprove?.includes(tool.name) ?? false,
        })),
      };
    });

  return {
    start: () => {
      started = true;
      for (const [name, config] of Object.entries(live.current().mcpServers)) if (!config.disabled) keep(name, config);
    },
    list: views,
    tools: () =>
      [...kept].flatMap(([server, { tools }]) => {
        const config = live.current().mcpServers[server];
        if (config === undefined) return [];
        return tools().map(({ name, description, parameters, destructive }) => ({
          ...{ server, tool: name, name: `${server}.${name}`, description, parameters, destructive },
          ...{ where: redact(whereOf(config)), kind: config.url === undefined ? ('stdio' as const) : ('http' as const) },
          identity: createHash('sha256')
            .update(JSON.stringify([reachedBy(config), description, parameters.jsonSchema]))
            .digest('hex'),
        }));
      }),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    call: async (name, tool, args, signal) => {
      const result = await requireServer(name).call(tool, args, signal);
      return { ok: !result.isError, text: resultText(result) };
    },
    restart: (name) => requireServer(name).restart(),
    warnings: () =>
      views().flatMap(({ name, state, detail, plainSecrets: plain, problems }) => [
        ...(state === 'failed' || state === 'retrying' ? [`MCP server "${name}" does not run: ${detail.split('\n', 1)[0]}`] : []),
        ...problems.slice(0, 3).map((problem) => `MCP server "${name}": ${problem}`),
        ...plain.map(
          (value) =>
            `mcpServers.${name}: ${value} stands in config.json as it is; \${keychain:NAME} would keep it in the keychain (openclaw config set-key NAME)`,
        ),
      ]),
    close: async () => {
      unwatch();
      const all = [...kept.values()];
      kept.clear();
      await Promise.all(all.map((server) => server.close()));
    },
  };
};

/** Of the configuration what decides who answers. */
const reachedBy = ({ disabled: _disabled, autoApprove: _autoApprove, type: _type, ...rest }: McpServerConfig): unknown => rest;

/** Whether the operator lets a tool (`server.tool`) run without asking. */
export const isAutoApproved = (mcpServers: Config['mcpServers'], tool: string): boolean => {
  const dot = tool.indexOf('.');
  const server = Object.hasOwn(mcpServers, tool.slice(0, dot)) ? mcpServers[tool.slice(0, dot)] : undefined;
  return dot > 0 && (server?.autoApprove?.includes(tool.slice(dot + 1)) ?? false);
};
