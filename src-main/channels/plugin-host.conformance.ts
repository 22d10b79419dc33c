import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Attachment, InboundMessage, Message } from '../../packages/plugin-sdk/src/index.ts';
import { AppError } from '../../src-shared/app-error.ts';
import { pluginManifestSchema } from '../../src-shared/models/plugin-manifest.ts';
import type { InstalledPlugin, KeptPlugin, PluginHealth, PluginHost, PluginState, PluginUnit } from './plugin-host.ts';

/** Plugins that every harness offers, by the manifest's id. */
export type ScriptId = 'echo' | 'typeless' | 'calculator' | 'no-plugin';

export type PluginHostHarness = {
  readonly host: PluginHost;
  readonly pluginFolder: (script: ScriptId) => string;
  readonly dataFolder: (unit: string) => string;
};

export const message = (content: string): Message => ({ id: 'out_1', content, idempotencyKey: 'key_1' });

export const installed = (id: string, folder: string, more: Record<string, unknown> = {}, bundled = false): InstalledPlugin => ({
  folder,
  bundled,
  manifest: pluginManifestSchema.parse({
    id,
    name: id,
    version: '1.0.0',
    kind: 'channel',
    engines: { pluginApi: 1 },
    integrity: {},
    ...more,
  }),
});

/** What a unit told the gateway. */
export const createListener = (
  id: string,
  plugin: InstalledPlugin,
  dataFolder: string,
  more: Partial<PluginUnit> = {},
): {
  readonly unit: PluginUnit;
  readonly heard: InboundMessage[];
  readonly lines: string[];
  readonly until: (done: () => boolean) => Promise<void>;
} => {
  const heard: InboundMessage[] = [];
  const lines: string[] = [];
  const state = new Map<string, unknown>();
  const blobs = new Map<string, Uint8Array>([['blob_1', Uint8Array.from([1, 2, 3])]]);
  let wake = (): void => undefined;
  const unit: PluginUnit = {
    ...{ id, plugin, options: { greeting: '你好' }, dataFolder },
    secret: async (name) => (name === 'token' ? 'hunter2' : null),
    state: {
      get: async (key) => state.get(key),
      set: async (key, value) => void state.set(key, value),
      delete: async (key) => void state.delete(key),
    },
    blobs: {
      read: async (blob) => {
        const data = blobs.get(blob);
        if (!data) throw Object.assign(new Error('There is no such file.'), { name: 'ChannelError', code: 'PEER', retryable: false });
        return data;
      },
      write: async ({ data, ...file }): Promise<Attachment> => {
        blobs.set('blob_2', data);
        return { ...file, blob: 'blob_2', size: data.length };
      },
    },
    heard: async (inbound) => {
      heard.push(inbound);
      wake();
    },
    pressed: async ({ actionId }) => ({ text: `${actionId} was taken` }),
    log: (level, text) => {
      lines.push(`${level} ${text}`);
      wake();
    },
    ...more,
  };
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { unit, heard, lines, until };
};

/** Resolves with the health of the first change to that state. */
export const came = (plugin: KeptPlugin, ...states: readonly PluginState[]): Promise<PluginHealth> =>
  new Promise((resolve) => {
    if (states.includes(plugin.health().state)) return resolve(plugin.health());
    const undo = plugin.onHealth((health) => {
      if (!states.includes(health.state)) return;
      undo();
      resolve(health);
    });
  });

export const describePluginHost = (name: string, open: () => Promise<PluginHostHarness>): void => {
  describe(`${name} is a plugin host`, () => {
    let harness: PluginHostHarness;
    beforeEach(async () => {
      harness = await open();
    });
    afterEach(() => harness.host.close());

    const listen = (
      script: ScriptId,
      { id = script as string, bundled = false, ...manifest }: Record<string, unknown> & { id?: string; bundled?: boolean } = {},
    ) => createListener(id, installed(script, harness.pluginFolder(script), manifest, bundled), harness.dataFolder(id));

    const runs = async (script: ScriptId, options: Parameters<typeof listen>[1] = {}) => {
      const listener = listen(script, options);
      const plugin = harness.host.keep(listener.unit);
      expect(await came(plugin, 'running', 'failed', 'back-off')).toMatchObject({ state: 'running', detail: null });
      return { ...listener, plugin };
    };

    it('starts a plugin, and sends through it', async () => {
      const { plugin, heard, until } = await runs('echo');
      expect(plugin.health()).toMatchObject({ restarts: 0, nextTryAt: null, capabilities: { maxLength: 100, threads: true } });
      expect(await plugin.send('somebody', message('hello'))).toEqual({ id: 'sent-1' });
      await until(() => heard.length > 0);
      expect(heard).toEqual([{ id: 'in-1', from: { id: 'somebody' }, content: 'heard hello', timestamp: 1_700_000_000_000 }]);
    });

    it('hears what a class says in its constructor, by a method that it did not write', async () => {
      const { heard, until } = await runs('typeless');
      await until(() => heard.length > 0);
      expect(heard).toMatchObject([{ content: 'from the constructor' }]);
    });

    it('runs two channels of one plugin, and keeps them apart', async () => {
      for (const bundled of [true, false]) {
        const one = await runs('typeless', { id: 'one', bundled });
        const two = await runs('typeless', { id: 'two', bundled });
        await one.until(() => one.heard.length > 0);
        await two.until(() => two.heard.length > 0);
        expect([one.heard.length, two.heard.length]).toEqual([1, 1]);
        await one.plugin.stop();
        await two.plugin.send('x', message('still here'));
        await two.plugin.stop();
      }
    });

    it('gives it what it may have: options, secrets, state, files, a folder', async () => {
      const { plugin } = await runs('echo');
      const asked = async (what: string): Promise<unknown> => JSON.parse((await plugin.send('ctx', message(what))).id ?? 'null');
      expect(await asked('config')).toEqual({ greeting: '你好' });
      expect(await asked('channelId')).toBe('echo');
      expect(await asked('secrets')).toEqual(['hunter2', null]);
      expect(await asked('state')).toEqual([null, { n: 1 }, null]);
      expect(await asked('blobs')).toEqual([[1, 2, 3], { blob: 'blob_2', name: 'a.txt', type: 'text/plain', size: 3 }, [7, 8, 9], 'PEER']);
      expect(await asked('dataDir')).toBe('written and read');
      expect(await asked('action')).toEqual({ text: 'yes was taken' });
      expect(await asked('fetch')).toMatch(/UNSUPPORTED.*may not reach internal\.example.*permissions\.net/);
    });

    it('takes requests for it, with the body as it came', async () => {
      const { plugin } = await runs('echo');
      const body = Uint8Array.from([0, 255, 10]);
      expect(await plugin.request({ method: 'POST', query: 'a=1', headers: { 'x-sign': 's' }, body })).toEqual({
        status: 201,
        headers: { 'content-type': 'text/plain' },
        body: 'POST a=1 s 0,255,10',
      });
    });

    it('says what its platform said', async () => {
      const { plugin } = await runs('echo');
      await expect(plugin.send('fail', message('RATE_LIMIT'))).rejects.toMatchObject({
        ...{ name: 'PluginFailure', code: 'RATE_LIMIT', retryable: true, retryAfterMs: 1_500, inDoubt: false, message: 'as asked' },
      });
      await expect(plugin.send('fail', message('PEER'))).rejects.toMatchObject({ code: 'PEER', retryable: false });
      await expect(plugin.send('throw', message('plain'))).rejects.toMatchObject({ code: 'INTERNAL', retryable: true, message: 'plain' });
      await expect(plugin.setTyping('x', true)).rejects.toMatchObject({ code: 'UNSUPPORTED', retryable: false });
      await plugin.edit('x', 'sent-1', message('better'));
      await plugin.check();
    });

    it('follows what the plugin says of its platform', async () => {
      const { plugin } = await runs('echo');
      for (const [said, state, detail] of [
        ['degraded slow today', 'degraded', 'slow today'],
        ['online', 'running', null],
        ['needs-auth', 'needs-auth', 'The platform wants new credentials.'],
        ['offline', 'degraded', 'The platform cannot be reached.'],
      ] as const) {
        await plugin.send('status', message(said));
        expect(await came(plugin, state)).toMatchObject({ state, detail });
      }
      await expect(plugin.send('fail', message('AUTH'))).rejects.toMatchObject({ code: 'AUTH' });
      expect(plugin.health()).toMatchObject({ state: 'needs-auth', detail: 'as asked' });
      await plugin.check();
      expect(plugin.health()).toMatchObject({ state: 'running', detail: null });
    });

    it('refuses a message that is none, and says why to the plugin and in its log', async () => {
      const { plugin, lines, heard } = await runs('echo');
      const { id: said } = await plugin.send('hear', message('{ "id": "1", "content": 7, "from": {} }'));
      expect(said).toMatch(/content[\s\S]*from\.id/);
      expect(lines.join('\n')).toMatch(/error The plugin called heard with what does not fit/);
      expect(heard).toEqual([]);
    });

    it('tells the plugin where the gateway cannot take a message', async () => {
      const listener = createListener('echo', installed('echo', harness.pluginFolder('echo')), harness.dataFolder('echo'), {
        heard: () => Promise.reject(new AppError('STORAGE_FULL', { message: 'The disk is full.' })),
      });
      const plugin = harness.host.keep(listener.unit);
      await came(plugin, 'running');
      const { id } = await plugin.send('hear', message('{ "id": "1", "content": "x", "from": { "id": "a" } }'));
      expect(id).toMatch(/The disk is full/);
    });

    it('has its log lines', async () => {
      const { plugin, lines, until } = await runs('echo');
      await plugin.send('log', message('words'));
      await until(() => lines.length > 0);
      expect(lines).toEqual(['warn words']);
    });

    it('stops it: the signal is aborted, and then nothing can be sent', async () => {
      const { plugin, lines } = await runs('echo');
      await plugin.stop();
      expect(plugin.health()).toMatchObject({ state: 'stopped', detail: null });
      expect(lines).toContain('info stopped, aborted: true');
      await expect(plugin.send('x', message('y'))).rejects.toMatchObject({ name: 'PluginFailure', code: 'NETWORK', retryable: true });
      await plugin.restart();
      await came(plugin, 'running');
      expect(await plugin.send('x', message('y'))).toEqual({ id: 'sent-1' });
    });

    it('keeps what cannot be a plugin from running, and says what is wrong with it', async () => {
      const { unit } = listen('no-plugin');
      const plugin = harness.host.keep(unit);
      expect((await came(plugin, 'back-off')).detail).toMatch(/no method sendMessage/);
      expect(plugin.health()).toMatchObject({ restarts: 1, capabilities: null });
      await plugin.stop();
    });

    it('tries one out without starting it', async () => {
      const { unit } = listen('echo');
      expect(await harness.host.tryOut(unit.plugin)).toMatchObject({
        capabilities: { maxLength: 100, threads: true },
        tools: [],
        isolation: { process: expect.any(Boolean) },
      });
      await expect(harness.host.tryOut(listen('no-plugin').unit.plugin)).rejects.toThrow(/no method sendMessage/);
      const { tools } = await harness.host.tryOut(listen('calculator', { kind: 'tools' }).unit.plugin);
      expect(tools.map(({ name }) => name)).toEqual(['add', 'wait']);
    });

    it('runs tools, and lets go of one that nobody waits for', async () => {
      const { plugin, lines, until } = await runs('calculator', { kind: 'tools' });
      expect(plugin.tools()).toMatchObject([
        { name: 'add', readOnly: true, parameters: { type: 'object' } },
        { name: 'wait', readOnly: false },
      ]);
      const { signal } = new AbortController();
      expect(await plugin.execute('add', { a: 1, b: 2 }, signal)).toEqual({ sum: 3 });
      await expect(plugin.execute('add', { a: 'x', b: 2 }, signal)).rejects.toThrow('These are no numbers.');
      const impatient = new AbortController();
      const waiting = plugin.execute('wait', {}, impatient.signal);
      await until(() => lines.includes('info waiting'));
      impatient.abort(new Error('Enough.'));
      await expect(waiting).rejects.toThrow('Enough.');
      await until(() => lines.includes('info cancelled'));
    });
  });
};
