import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import { type Home, locateHome, prepareHome } from '../home.ts';
import { type LoadedConfig, loadConfig } from './load-config.ts';

let home: Home;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  home = locateHome({ OPENCLAW_HOME: join(folder, 'home') });
  prepareHome(home);
});

const load = (text?: string, env: Record<string, string> = {}, overrides = {}): LoadedConfig => {
  if (text !== undefined) writeFileSync(home.config, text);
  return loadConfig(home, env, overrides);
};
const refusal = (text?: string, env: Record<string, string> = {}, overrides = {}): AppError => {
  try {
    load(text, env, overrides);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was taken');
};

describe('config.json', () => {
  it('may be missing or empty: then the defaults hold', () => {
    expect(load()).toMatchObject({ problems: [], config: { gateway: { port: 18_789, host: '127.0.0.1' }, logs: { level: 'info' } } });
    expect(load('')).toMatchObject({ problems: [], config: { gateway: { port: 18_789 } } });
    expect(load('// nothing yet\n{}').problems).toEqual([]);
  });

  it('takes the example of the contract, comments, trailing commas and a byte order mark', () => {
    const example = `{ "models": { "local": { "provider": "openai-compatible", "baseUrl": "http://127.0.0.1:11434/v1", "model": "qwen3" } },
      "agents": { "main": { "model": "local" }, "dev-coder": { "model": "local", "tools": ["shell", "file_read", "file_write"] } } }`;
    expect(load(example)).toMatchObject({
      problems: [],
      config: { models: { local: { model: 'qwen3' } }, agents: { 'dev-coder': { tools: ['shell', 'file_read', 'file_write'] } } },
    });
    expect(load('\uFEFF{ /* a */ "gateway": { "port": 1234, }, // b\n }').config.gateway.port).toBe(1234);
  });

  it('gives way to the environment, and that to the command line', () => {
    const text = '{ "gateway": { "port": 1111 } }';
    expect(load(text).config.gateway.port).toBe(1111);
    expect(load(text, { OPENCLAW_PORT: '2222' }).config.gateway.port).toBe(2222);
    expect(load(text, { OPENCLAW_PORT: '2222' }, { port: 3333 }).config.gateway.port).toBe(3333);
  });

  it('is frozen, all through', () => {
    const { config } = load('{ "security": { "allowedHosts": ["a.example"] } }');
    expect(() => (config.security.allowedHosts as string[]).push('b.example')).toThrow(TypeError);
  });
});

describe('a config that cannot be used', () => {
  const bad: Readonly<Record<string, [text: string, problem: RegExp]>> = {
    'broken JSON': ['{\n  "gateway": { "port": 1 \n', /^line 3, column 1: .*/],
    'a missing comma': ['{\n  "gateway": {}\n  "models": {}\n}', /^line 3, column 3: Comma expected/],
    'a wrong type': ['{\n  "gateway": {\n    "port": "18789"\n  }\n}', /^line 3, column 5: gateway\.port: .*number/],
    'a value out of range': ['{ "gateway": { "port": 70000 } }', /^line 1, column 16: gateway\.port: .*65535/],
    'an unknown key': ['{\n  "gatway": {}\n}', /^line 2, column 3: unknown key "gatway" – did you mean "gateway"\?/],
    'an unknown key further in': [
      '{\n  "security": {\n    "alowedHosts": []\n  }\n}',
      /^line 3, column 5: unknown key "security\.alowedHosts" – did you mean "allowedHosts"\?/,
    ],
    'an unknown key of an agent': [
      '{ "agents": { "main": { "modle": "x" } } }',
      /unknown key "agents\.main\.modle" – did you mean "model"\?/,
    ],
    'an unknown provider': ['{ "models": { "m": { "provider": "opnai" } } }', /^line 1, column 22: models\.m\.provider: /],
    'a list': ['[]', /line 1, column 1: the file: /],
  };
  for (const [what, [text, problem]] of Object.entries(bad)) {
    it(`for ${what} is explained by line and column, and the last good one is used`, () => {
      load('{ "gateway": { "port": 4321 } }');
      const { config, problems } = load(text);
      expect(problems[0]).toMatch(problem);
      expect(config.gateway.port).toBe(4321);
      // Neither the file nor the good copy is touched.
      expect(readFileSync(home.config, 'utf8')).toBe(text);
      expect(load('{}').problems).toEqual([]);
    });

    it(`for ${what} is CONFIG_BAD where there is no last good one`, () => {
      const error = refusal(text);
      expect(error.code).toBe('CONFIG_BAD');
      expect((error.details as { problems: string[] }).problems[0]).toMatch(problem);
      expect(error.hint).toContain('config validate');
    });
  }

  it('names every problem, not only the first', () => {
    const { problems } = refusal('{\n "gatway": {},\n "logs": { "level": "loud" }\n}').details as { problems: string[] };
    expect(problems.length).toBe(2);
  });

  it('may be a folder, or beside a good copy that is broken itself', () => {
    mkdirSync(home.config);
    expect(refusal().message).toContain('EISDIR');
    rmSync(home.config, { recursive: true });
    writeFileSync(home.lastGoodConfig, '{');
    expect(refusal('{ "x": 1 }')).toMatchObject({ code: 'CONFIG_BAD', message: expect.stringContaining('neither can the last good one') });
  });

  it('listens for other machines only behind a proxy that is named', () => {
    expect(refusal('{ "gateway": { "host": "0.0.0.0" } }')).toMatchObject({
      code: 'CONFIG_BAD',
      message: expect.stringContaining('gateway.trustedProxies'),
    });
    expect(refusal('{}', {}, { host: '0.0.0.0' }).code).toBe('CONFIG_BAD');
    expect(load('{ "gateway": { "host": "0.0.0.0", "trustedProxies": ["10.0.0.1"] } }').config.gateway.host).toBe('0.0.0.0');
  });

  it('has no port by such a name in the environment', () => {
    for (const port of ['x', '-1', '65536', '1.5']) expect(refusal('{}', { OPENCLAW_PORT: port }).code).toBe('CONFIG_BAD');
  });
});
