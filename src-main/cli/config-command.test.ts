import { readFileSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createConfigFile } from '../config/config-file.ts';
import { type Home, locateHome, prepareHome } from '../home.ts';
import { runCliToEnd } from '../testing/cli.ts';
import { createTestHome, startTestGateway, type TestHome } from '../testing/test-gateway.ts';

let home: TestHome;
let place: Home;
beforeEach(() => {
  home = createTestHome();
  place = locateHome({ OPENCLAW_HOME: home.folder });
  prepareHome(place);
});
const run = (argv: readonly string[], ...lines: string[]) => runCliToEnd({ OPENCLAW_HOME: home.folder }, argv, lines);
const text = (): string => readFileSync(place.config, 'utf8');
const start = (config: Record<string, unknown> = {}) =>
  startTestGateway({
    home,
    config: { models: {}, ...config },
    ports: {
      adminSocket: place.adminSocket,
      configFile: createConfigFile({ file: place.config, lastGood: place.lastGoodConfig, shown: '~/config.json' }),
    },
  });

const commented = '// mine\n{ "logs": { "level": "warn" } }\n';

for (const up of [true, false]) {
  describe(`openclaw config, with the gateway ${up ? 'up' : 'down'}`, () => {
    beforeEach(async () => {
      writeFileSync(place.config, commented);
      if (up) await start({ logs: { level: 'warn' } });
    });

    it('gets a value, a part, or all', async () => {
      expect(await run(['config', 'get', 'logs.level'])).toEqual({ code: 0, stdout: 'warn\n', stderr: '' });
      expect((await run(['config', 'get', 'logs.level', '--json'])).stdout).toBe('"warn"\n');
      expect((await run(['config', 'get', 'logs.keep'])).stdout).toBe('5\n');
      expect(JSON.parse((await run(['config', 'get'])).stdout)).toMatchObject({ ui: { theme: 'system' } });
      expect(await run(['config', 'get', 'logs.levle'])).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringContaining('Did you mean level?'),
      });
      expect(await run(['config', 'get', 'logs..level'])).toMatchObject({ code: 2, stdout: '' });
    });

    it('sets JSON and text, replaces whole objects, unsets, and keeps comments', async () => {
      expect(await run(['config', 'set', 'logs.level', 'error'])).toMatchObject({
        code: 0,
        stdout: '',
        stderr: expect.stringContaining('Changed'),
      });
      expect(text()).toBe(commented.replace('warn', 'error'));
      const model = 'models["gpt-4.1"]';
      await run(['config', 'set', model, '{"provider":"openai","model":"gpt-4.1"}']);
      await run(['config', 'set', model, '{"provider":"offline"}']);
      expect(JSON.parse((await run(['config', 'get', model])).stdout)).toEqual({ provider: 'offline' });
      expect((await run(['config', 'get', `${model}.provider`])).stdout).toBe('offline\n');
      await run(['config', 'unset', 'models']);
      expect(text()).toBe(commented.replace('warn', 'error'));
    });

    it('refuses what would not be valid and changes nothing', async () => {
      expect(await run(['config', 'set', 'logs.level', 'loud'])).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/line 2, column \d+: logs\.level/),
      });
      expect(text()).toBe(commented);
    });
  });
}

describe('openclaw config, where it needs the store', () => {
  beforeEach(async () => {
    writeFileSync(place.config, commented);
    await start({ logs: { level: 'warn' } });
  });

  it('asks for the PIN where security changes and one is set', async () => {
    const weaken = ['config', 'set', 'security.allowedHosts', '["a.example"]'];
    expect((await run(['pin', 'set'], '2468')).stderr).toContain('The PIN is set');
    expect(await run(weaken)).toMatchObject({ code: 1, stderr: expect.stringContaining('--pin-stdin') });
    expect(await run([...weaken, '--pin-stdin'], '1111')).toMatchObject({ code: 1, stderr: expect.stringContaining('wrong') });
    expect(text()).toBe(commented);
    expect(await run([...weaken, '--pin-stdin'], '2468')).toMatchObject({ code: 0 });
    expect(text()).toContain('["a.example"]');
  });

  it('puts a key into the secret store', async () => {
    const stored = await run(['config', 'set-key', 'mine'], 'sk-something-long');
    expect(stored).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('The key "mine" is in the') });
    expect(await home.secrets.get('provider-key:mine')).toBe('sk-something-long');
    expect(await run(['config', 'set-key', 'mine'], 'short')).toMatchObject({ code: 2 });
  });
});

describe('openclaw config', () => {
  it('makes the file where there is none', async () => {
    expect((await run(['config', 'set', 'logs.keep', '3'])).code).toBe(0);
    expect(text()).toBe('{\n  "logs": {\n    "keep": 3\n  }\n}\n');
  });

  it('says what waits for a restart of the gateway', async () => {
    await start();
    expect((await run(['config', 'set', 'logs.keep', '3'])).stderr).toBe('Changed. Waiting for a restart of the gateway: logs.keep.\n');
    expect((await run(['config', 'unset', 'logs.keep'])).stderr).toBe('Changed, and in force.\n');
  });

  it('mends a file that is wrong, and leaves alone one that cannot be read', async () => {
    writeFileSync(place.config, '{ "lgos": 1, "logs": { "keep": 3 } }');
    expect(await run(['config', 'unset', 'lgos'])).toMatchObject({ code: 0 });
    expect(text()).toBe('{ "logs": { "keep": 3 } }');
    writeFileSync(place.config, '{ "logs": ');
    expect(await run(['config', 'set', 'logs.keep', '4'])).toMatchObject({ code: 1, stderr: expect.stringContaining('mend it') });
  });

  it('prints a schema that editors understand', async () => {
    expect(JSON.parse((await run(['config', 'schema'])).stdout)).toMatchObject({
      $schema: expect.stringContaining('json-schema.org'),
      type: 'object',
    });
  });
});
