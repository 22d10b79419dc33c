import type { McpServerConfig } from '../../src-shared/contract/config.ts';
import type { McpState } from '../../src-shared/contract/routes/mcp.ts';
import { createBackOff } from '../back-off.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import { raced } from '../raced.ts';
import { wordsOf } from '../words-of.ts';
import type { McpResult, McpSession, OpenMcpSession, ReachedServer } from './mcp-session.ts';
import { type McpTool, type ReadSchema, readTools } from './read-tools.ts';

const connectLimitMs = 120_000;
const listLimitMs = 30_000;
const pingLimitMs = 5_000;
const closeLimitMs = 1_500;
/** Several changes of the list in a row are one. */
const settleMs = 1_000;

export type KeepPorts = {
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly reach: (config: McpServerConfig) => Promise<ReachedServer>;
  readonly open: OpenMcpSession;
  readonly readSchema: ReadSchema;
  /** State or tools are others than before. */
  readonly onChange: () => void;
};

/** One configured server: started, watched, started again. */
export type KeptServer = {
  readonly state: () => { readonly state: McpState; readonly detail: string; readonly about: string | null };
  /** The last that were known, also while it is being started again. */
  readonly tools: () => readonly McpTool[];
  /** In words, what is wrong with what it offers. */
  readonly problems: () => readonly string[];
  /** Rejects with words for the model. A server that does not answer in time is looked after. */
  readonly call: (tool: string, args: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<McpResult>;
  /** Forgets its deaths and starts it anew. */
  readonly restart: () => void;
  readonly close: () => Promise<void>;
};

export const keepServer = (config: McpServerConfig, ports: KeepPorts): KeptServer => {
  const { clock } = ports;
  let now: { state: McpState; detail: string } = { state: 'connecting', detail: '' };
  let session: McpSession | null = null;
  let connecting: Promise<void> | null = null;
  let tools: readonly McpTool[] = [];
  let problems: readonly string[] = [];
  const backOff = createBackOff(ports);
  let cancelTimer = (): void => undefined;
  let life = new AbortController();

  const set = (state: McpState, detail: string): void => {
    now = { state, detail };
    ports.onChange();
  };

  const within = async <T>(limitMs: number, signals: readonly AbortSignal[], task: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const limit = new AbortController();
    const cancel = clock.after(limitMs, () => limit.abort(new Error(`It did not answer within ${limitMs / 1000} s.`)));
    const signal = AbortSignal.any([limit.signal, ...signals]);
    try {
      return await raced(task(signal), signal);
    } finally {
      cancel();
    }
  };

  const list = async (from: McpSession, signal: AbortSignal): Promise<void> => {
    const read = await within(listLimitMs, [signal], (limited) => readTools(from, ports.readSchema, limited));
    if (signal.aborted) return;
    ({ tools, problems } = read);
  };

  const connect = async (mine: AbortSignal): Promise<void> => {
    let opened: McpSession | null = null;
    const end = (why: string): void => {
      if (!mine.aborted) died(why);
    };
    const listAgain = (): void => {
      cancelTimer();
      cancelTimer = clock.after(settleMs, () => {
        if (opened && !mine.aborted)
          list(opened, mine).then(
            () => mine.aborted || ports.onChange(),
            (error: unknown) => end(wordsOf(error)),
          );
      });
    };
    try {
      const reached = await ports.reach(config);
      opened = await within(connectLimitMs, [mine], (signal) => ports.open(reached, { onEnded: end, onToolsChanged: listAgain }, signal));
      session = opened;
      await list(opened, mine);
      if (!mine.aborted) set('ready', '');
    } catch (error) {
      end(wordsOf(error));
    }
    if (mine.aborted && opened) await opened.close();
  };

  const start = (): void => {
    life = new AbortController();
    set('connecting', '');
    connecting = connect(life.signal);
  };

  /** What it had is let go; the next one begins from nothing. */
  const letGo = async (why: string): Promise<void> => {
    cancelTimer();
    const gone = session;
    session = null;
    life.abort(new Error(why));
    await gone?.close();
  };

  const died = (why: string): void => {
    void letGo(`The MCP server is gone. ${why}`);
    const { delayMs, often } = backOff.died();
    // A program is not started again by itself; another machine may come back.
    if (config.command !== undefined && often) {
      tools = [];
      set('failed', why);
      return;
    }
    set('retrying', why);
    cancelTimer = clock.after(delayMs, start);
  };

  /** Whoever is silent for a whole call may be slow, or may hang. */
  const lookAfter = (suspect: McpSession, mine: AbortSignal): void => {
    within(pingLimitMs, [mine], (signal) => suspect.ping(signal)).catch(() => {
      if (!mine.aborted) died('It does not answer any more.');
    });
  };

  start();
  return {
    state: () => ({ ...now, about: session?.about ?? null }),
    tools: () => tools,
    problems: () => problems,
    call: async (tool, args, signal) => {
      if (now.state === 'connecting' && connecting) await raced(connecting, signal);
      if (session === null) throw new Error(`The MCP server does not run now (${now.state}). ${now.detail.split('\n', 1)[0] ?? ''}`.trim());
      const [asked, mine] = [session, life.signal];
      const either = AbortSignal.any([signal, mine]);
      try {
        return await raced(asked.callTool(tool, args, either), either);
      } catch (error) {
        if (signal.aborted && !mine.aborted) lookAfter(asked, mine);
        throw error;
      }
    },
    restart: () => {
      backOff.forget();
      void letGo('The MCP server is being restarted.');
      start();
    },
    close: async () => {
      await raced(letGo('The MCP server was taken away.'), timeout(clock, closeLimitMs)).catch(() => undefined);
    },
  };
};

const timeout = (clock: Pick<Clock, 'after'>, ms: number): AbortSignal => {
  const limit = new AbortController();
  clock.after(ms, () => limit.abort());
  return limit.signal;
};
