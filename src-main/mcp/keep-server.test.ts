import { describe, expect, it } from 'vitest';
import { readJsonSchema } from '../agents/tools/json-schema.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { keepServer } from './keep-server.ts';
import type { McpSession, SessionHooks } from './mcp-session.ts';

const tool = (name: string) => ({ name, inputSchema: { type: 'object' } });
const never = () => new Promise<never>(() => undefined);

/** A server whose every start the test decides about. */
const createScript = (config: Parameters<typeof keepServer>[0] = { command: 'x' }) => {
  const clock = createManualClock();
  let script: Partial<McpSession> = {};
  const opened: SessionHooks[] = [];
  let fails: string | null = null;
  let wake = (): void => undefined;
  const server = keepServer(config, {
    clock,
    randomBytes: (size) => Buffer.alloc(size),
    reach: async () => ({ kind: 'stdio', argv: ['x'], env: {}, cwd: '/' }),
    readSchema: readJsonSchema,
    open: async (_server, hooks) => {
      opened.push(hooks);
      if (fails !== null) throw new Error(fails);
      return {
        about: 'script 1',
        listTools: async () => ({ tools: [tool('say')] }),
        callTool: async () => ({ content: [], structured: undefined, isError: false }),
        ping: async () => undefined,
        close: async () => undefined,
        ...script,
      };
    },
    onChange: () => wake(),
  });
  /** Resolves as the server comes to that state. */
  const came = async (state: string): Promise<void> => {
    while (server.state().state !== state)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  };
  return { clock, server, opened, came, fail: (why: string | null) => (fails = why), act: (next: Partial<McpSession>) => (script = next) };
};

describe('a server that ends', () => {
  it('is started again after a second, then two, then four, and not after the fifth time', async () => {
    const { clock, server, opened, came, fail } = createScript();
    await came('ready');
    fail('there is no database');
    opened[0]?.onEnded('it ended');
    expect(server.state()).toMatchObject({ state: 'retrying', detail: 'it ended' });
    for (const [index, delay] of [1_000, 2_000, 4_000].entries()) {
      clock.advance(delay - 1);
      expect(opened).toHaveLength(index + 1);
      clock.advance(1);
      await came('retrying');
      expect(opened).toHaveLength(index + 2);
    }
    clock.advance(8_000);
    await came('failed');
    expect(server.state().detail).toBe('there is no database');
    expect(server.tools()).toEqual([]);
    clock.advance(3_600_000);
    expect(opened).toHaveLength(5);
    fail(null);
    server.restart();
    await came('ready');
    expect(server.tools()).toHaveLength(1);
  });

  it('is tried once a minute and never given up where it is another machine', async () => {
    const { clock, opened, came, fail } = createScript({ url: 'https://mcp.example/mcp' });
    await came('ready');
    fail('no network');
    opened[0]?.onEnded('no network');
    for (let n = 0; n < 20; n += 1) {
      clock.advance(60_000);
      await came('retrying');
    }
    const before = opened.length;
    fail(null);
    clock.advance(60_000);
    await came('ready');
    expect(opened).toHaveLength(before + 1);
  });

  it('has its calls fail with a reason, and its tools stay known', async () => {
    const { server, opened, came, act, fail } = createScript();
    act({ callTool: never });
    await came('ready');
    const call = server.call('say', {}, new AbortController().signal);
    fail('gone');
    opened[0]?.onEnded('it ended');
    await expect(call).rejects.toThrow('The MCP server is gone. it ended');
    await expect(server.call('say', {}, new AbortController().signal)).rejects.toThrow('does not run now (retrying). it ended');
    expect(server.tools()).toHaveLength(1);
  });
});

describe('a server that hangs', () => {
  it('is given up while it starts', async () => {
    const { clock, server, came, act } = createScript();
    act({ listTools: never });
    await new Promise(setImmediate);
    clock.advance(30_000);
    await came('retrying');
    expect(server.state().detail).toBe('It did not answer within 30 s.');
  });

  it('is started again where it does not even answer a ping after a call that was given up', async () => {
    const { clock, server, came, act } = createScript();
    act({ callTool: never, ping: never });
    await came('ready');
    const limit = new AbortController();
    const call = server.call('say', {}, limit.signal);
    limit.abort(new Error('60 s'));
    await expect(call).rejects.toThrow('60 s');
    expect(server.state().state).toBe('ready');
    clock.advance(5_000);
    await came('retrying');
    expect(server.state().detail).toBe('It does not answer any more.');
  });

  it('stays where it is only slow', async () => {
    const { clock, server, came, act } = createScript();
    act({ callTool: never });
    await came('ready');
    const limit = new AbortController();
    const call = server.call('say', {}, limit.signal);
    limit.abort(new Error('60 s'));
    await expect(call).rejects.toThrow('60 s');
    await new Promise(setImmediate);
    clock.advance(5_000);
    expect(server.state().state).toBe('ready');
  });
});

it('reads the list again when it changes, once for many changes', async () => {
  const { clock, server, opened, came, act } = createScript();
  let listed = 0;
  let tools = [tool('say')];
  act({
    listTools: async () => {
      listed += 1;
      return { tools };
    },
  });
  await came('ready');
  tools = [tool('say'), tool('later')];
  for (let n = 0; n < 100; n += 1) opened[0]?.onToolsChanged();
  clock.advance(1_000);
  while (server.tools().length < 2) await new Promise(setImmediate);
  expect(listed).toBe(2);
});
