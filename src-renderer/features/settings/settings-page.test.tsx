// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { discoveredNothing, type FakeConfig, serveFakeConfig } from '../../testing/fake-config.ts';
import { type FakeGateway, startFakeGateway } from '../../testing/fake-gateway.ts';
import { button, field, typeInto } from '../../testing/hands.ts';
import { type Rendered, renderConsole } from '../../testing/render.tsx';

const configured = JSON.stringify(
  {
    models: { local: { provider: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1', model: 'qwen3' } },
    agents: { main: { model: 'local' } },
  },
  null,
  2,
);

let gateway: FakeGateway;
let fake: FakeConfig;
let app: Rendered;
const complaints: unknown[] = [];

beforeEach(async () => {
  complaints.length = 0;
  for (const level of ['error', 'warn'] as const)
    vi.spyOn(globalThis.console, level).mockImplementation((...words) => {
      // A part that is loaded when it is first shown may come after the `act` that showed it.
      if (!String(words[0]).startsWith('A suspended resource finished loading inside a test')) complaints.push(words);
    });
  gateway = await startFakeGateway();
});
afterEach(async () => {
  await app.close();
  await gateway.stop();
  vi.restoreAllMocks();
  expect(complaints).toEqual([]);
});

const open = async (text: string, language: 'en' | 'zh-CN' = 'en'): Promise<void> => {
  fake = serveFakeConfig(gateway, text);
  app = await renderConsole(gateway, { language });
  await app.change(() => app.console.navigation.go('settings'));
  await shown(() => expect(app.page.querySelectorAll('main nav button').length).toBe(5));
  await shown(() => expect(app.console.settings.getState().view).not.toBeNull());
};
const shown = (check: () => void): Promise<void> => app.shown(check);
const pageText = (): string => app.page.textContent ?? '';
const enter = (label: string): boolean => field(label).dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
const dialog = (): string => [...document.querySelectorAll('dialog')].at(-1)?.textContent ?? '';
const press = (name: string): Promise<void> => app.change(() => button(name).click());
const fill = (label: string, text: string): Promise<void> => app.change(() => typeInto(field(label), text));
const lastBody = (method: string, path: string): unknown =>
  JSON.parse(gateway.requests.findLast((one) => one.method === method && one.path === path)?.body ?? 'null');

describe.each(['en', 'zh-CN'] as const)('the settings page in %s', (language) => {
  it('has nothing for axe to find in any section', async () => {
    await open(configured, language);
    const nav = app.page.querySelectorAll<HTMLButtonElement>('main nav button');
    expect(nav.length).toBe(5);
    for (const one of nav) {
      await app.change(() => one.click());
      await shown(() => expect(one.getAttribute('aria-current')).toBe('true'));
      // What answers meanwhile is shown while axe looks.
      await app.change(async () => expect(await app.violations()).toEqual([]));
    }
    expect(pageText()).not.toMatch(/settings\.\w/);
  });
});

describe('about', () => {
  it('says what this is and where its terms stand', async () => {
    const known = { status: 'ok', version: '0.1.0', uptimeMs: 1, agents: [] };
    gateway.answers.set('GET /api/v1/status', { status: 200, body: { ...known, secrets: { backend: 'file', warning: null } } });
    await open('{}');
    await press('About');
    await shown(() => expect(pageText()).toContain('an encrypted file in the data folder'));
    expect(pageText()).toContain(app.console.status.getState().status?.version);
    expect([...app.page.querySelectorAll('main a')].map((link) => link.getAttribute('href'))).toEqual(['docs', 'licenses.txt']);
  });
});

describe('models', () => {
  it('are set up, tested and saved with the key in the keychain', async () => {
    await open('{}');
    expect(pageText()).toContain('No model is set up yet');
    await press('Add a model');
    await fill('Provider', 'openai');
    expect(field('Model').value).toBe('gpt-4.1-mini');
    await fill('API key', 'sk-very-secret');
    let asked: unknown;
    fake.test = (model, key) => {
      asked = { model, key };
      return { ok: true, model: 'gpt-4.1-mini at api.openai.com', reply: 'Hello!', durationMs: 1_234 };
    };
    await press('Test');
    await shown(() => expect(dialog()).toContain('gpt-4.1-mini at api.openai.com answered in 1.2 sec'));
    expect(dialog()).toContain('Hello!');
    expect(asked).toMatchObject({ model: { provider: 'openai', model: 'gpt-4.1-mini' }, key: 'sk-very-secret' });
    await press('Save');
    await shown(() => expect(document.querySelector('dialog')).toBeNull());
    expect(fake.keys.get('openai')).toBe('sk-very-secret');
    expect(fake.text).not.toContain('secret');
    expect(app.console.settings.getState().view?.known.models).toEqual({
      openai: { provider: 'openai', model: 'gpt-4.1-mini', keyRef: 'openai' },
    });
    await shown(() => expect(pageText()).toContain('key “openai”'));
  });

  it('say why a test failed, and forget that when something else is typed', async () => {
    await open(configured);
    fake.test = () => ({
      ok: false,
      model: 'qwen3',
      reply: '',
      durationMs: 3,
      error: { code: 'MODEL_UNREACHABLE', message: 'Nothing at 127.0.0.1:9.', hint: 'Start it.' },
    });
    await press('Test local');
    await shown(() => expect(pageText()).toContain('Nothing at 127.0.0.1:9.'));
    expect(pageText()).toContain('Start it.');
    await press('Edit local');
    await press('Test');
    await shown(() => expect(dialog()).toContain('Start it.'));
    await fill('Address', 'http://127.0.0.1:8/v1');
    expect(dialog()).not.toContain('Start it.');
    await press('Save');
    await shown(() => expect(document.querySelector('dialog')).toBeNull());
    expect(fake.text).toBe(configured.replace(':9/', ':8/'));
  });

  it('that were found are a click away', async () => {
    fake = serveFakeConfig(gateway, '{}');
    const servers = [{ provider: 'ollama', name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', models: ['qwen3:8b'] }];
    const discovered = { ...discoveredNothing, servers, keys: [{ provider: 'openai', variable: 'OPENAI_API_KEY' }] };
    gateway.answers.set('GET /api/v1/models/discovery', { status: 200, body: discovered });
    app = await renderConsole(gateway);
    await app.change(() => app.console.navigation.go('settings'));
    await shown(() => expect(pageText()).toContain('OPENAI_API_KEY'));
    await press('Add Ollama');
    expect(field('Model').value).toBe('qwen3:8b');
    await press('Save');
    await shown(() =>
      expect(lastBody('PATCH', '/api/v1/config')).toEqual({ models: { ollama: { provider: 'ollama', model: 'qwen3:8b' } } }),
    );
    await shown(() => expect(pageText()).not.toContain('Add Ollama'));
  });

  it('are chosen for agents, and an agent whose model is removed takes the first one', async () => {
    await open(configured);
    await shown(() => expect(field('Main').value).toBe('local'));
    await fill('Main', '');
    await shown(() => expect(lastBody('PATCH', '/api/v1/config')).toEqual({ agents: { main: { model: null } } }));
    await shown(() => expect(field('Main').disabled).toBe(false));
    await fill('Main', 'local');
    await shown(() => expect(app.console.settings.getState().view?.known.agents.main?.model).toBe('local'));
    await press('Remove local');
    expect(dialog()).toContain('take the first model again: main');
    await press('Remove');
    await shown(() => expect(pageText()).toContain('No model is set up yet'));
    expect(app.console.settings.getState().view?.known.agents.main).toEqual({});
  });
});

describe('appearance', () => {
  it('is shown at once and kept in the configuration', async () => {
    await open(configured);
    await press('Appearance');
    await fill('Theme', 'dark');
    await shown(() => expect(lastBody('PATCH', '/api/v1/config')).toEqual({ ui: { theme: 'dark' } }));
    expect(app.console.preferences.getState().theme).toBe('dark');
    await fill('Language', 'zh-CN');
    expect(app.console.preferences.getState().language).toBe('zh-CN');
    await fill('Language', 'auto');
    expect(app.console.preferences.getState().language).toBe('en');
  });

  it('is what the configuration says from the start, and what it leaves open is this browser’s affair', async () => {
    await open('{ "ui": { "theme": "dark" } }');
    expect(app.console.preferences.getState()).toEqual({ theme: 'dark', language: 'en' });
  });
});

describe('security', () => {
  it('sets a PIN, asks for it where a list changes, and takes it away', async () => {
    await open(configured);
    await press('Security');
    await shown(() => expect(pageText()).toContain('No PIN is set'));
    await press('Set a PIN');
    await fill('New PIN', '2468');
    await fill('Once more', '2469');
    expect(button('Save').disabled).toBe(true);
    await fill('Once more', '2468');
    await press('Save');
    await shown(() => expect(pageText()).toContain('A PIN is set.'));

    await fill('Host names it answers under', 'claw.example.com');
    await app.change(() => enter('Host names it answers under'));
    await shown(() => expect(dialog()).toContain('PIN needed'));
    await press('Cancel');
    await shown(() => expect(document.querySelector('dialog')).toBeNull());
    expect(fake.text).toBe(configured);
    await app.change(() => enter('Host names it answers under'));
    await shown(() => expect(dialog()).toContain('PIN needed'));
    await fill('PIN', '2468');
    await press('Confirm');
    await shown(() => expect(button('Remove claw.example.com')).toBeTruthy());
    expect(field('Host names it answers under').value).toBe('');

    await press('Remove');
    await shown(() => expect(dialog()).toContain('PIN needed'));
    await fill('PIN', '2468');
    await press('Confirm');
    await shown(() => expect(pageText()).toContain('No PIN is set'));
    await press('Remove claw.example.com');
    await shown(() => expect(app.console.settings.getState().view?.known.security.allowedHosts).toEqual([]));
    expect(fake.text).not.toContain('allowedHosts');
  });
});

describe('everything', () => {
  const area = (): HTMLTextAreaElement => app.page.querySelector('textarea[wrap=off]') as HTMLTextAreaElement;

  it('changes a key by form, says what waits for a restart, and takes defaults out of the file', async () => {
    await open(configured);
    await press('Everything');
    await shown(() => expect(field('keep').value).toBe('5'));
    fake.restartFor = ['logs.keep'];
    const put = async (text: string): Promise<void> => {
      await fill('keep', text);
      await app.change(() => field('keep').dispatchEvent(new FocusEvent('focusout', { bubbles: true })));
    };
    await put('7');
    await shown(() => expect(pageText()).toContain('Waiting for a restart of the gateway'));
    expect(area().value).toContain('"keep": 7');
    await put('500');
    await shown(() => expect(pageText()).toMatch(/logs\.keep: Too big/));
    await put('5');
    await shown(() => expect(area().value).not.toContain('keep'));
  });

  it('finds keys by name and by help', async () => {
    await open(configured);
    await press('Everything');
    await shown(() => expect(field('keep')).toBeTruthy());
    const search = app.page.querySelector<HTMLInputElement>('input[aria-label="Search settings"]') as HTMLInputElement;
    await app.change(() => typeInto(search, 'rotated'));
    expect([...app.page.querySelectorAll('section section label')].map(({ textContent }) => textContent)).toEqual(['maxSizeMb', 'keep']);
    await app.change(() => typeInto(search, 'xyzzy'));
    expect(pageText()).toContain('No setting matches “xyzzy”.');
  });

  it('checks the file while one types, and goes to where it is wrong', async () => {
    await open(configured);
    await press('Everything');
    fake.check = () => [{ line: 2, column: 3, message: 'unknown key "gatway" – did you mean "gateway"?' }];
    await app.change(() => typeInto(area(), '{\n  "gatway": {}\n}'));
    await shown(() => expect(pageText()).toContain('unknown key "gatway" – did you mean "gateway"?'));
    expect(button('Save').disabled).toBe(true);
    const problem = [...app.page.querySelectorAll('button')].find(({ textContent }) => textContent?.startsWith('Line 2, column 3'));
    await app.change(() => problem?.click());
    expect(area().selectionStart).toBe(4);
    await press('Discard');
    expect(area().value).toBe(configured);
    expect(fake.text).toBe(configured);
  });

  it('does not write over what was saved meanwhile unless told to', async () => {
    await open(configured);
    await press('Everything');
    const mine = configured.replace('qwen3', 'mine');
    await app.change(() => typeInto(area(), mine));
    await shown(() => expect(button('Save').disabled).toBe(false));
    fake.text = configured.replace('qwen3', 'theirs');
    await press('Save');
    await shown(() => expect(pageText()).toContain('The file was changed meanwhile.'));
    expect(fake.text).toContain('theirs');
    await shown(() => expect(app.console.settings.getState().view?.text).toContain('theirs'));
    await press('Write mine over it');
    await shown(() => expect(pageText()).not.toContain('changed meanwhile'));
    expect(fake.text).toBe(mine);
  });
});

describe('the page', () => {
  it('says what is wrong with the file, and shows it', async () => {
    fake = serveFakeConfig(gateway, '{}');
    fake.text = '{ "gatway": 1 }';
    app = await renderConsole(gateway);
    await app.change(() => app.console.navigation.go('settings'));
    await shown(() => expect(pageText()).toContain('Unrecognized key: "gatway"'));
    await press('Show the file');
    await shown(() => expect(app.page.querySelector<HTMLTextAreaElement>('textarea[wrap=off]')?.value).toBe('{ "gatway": 1 }'));
  });

  it('says why there is nothing to show, and tries again', async () => {
    gateway.answers.set('GET /api/v1/config', {
      status: 403,
      body: { error: { code: 'SCOPE_MISSING', message: 'This needs a token with scope "config".', retryable: false, traceId: 't' } },
    });
    app = await renderConsole(gateway);
    await app.change(() => app.console.navigation.go('settings'));
    await shown(() => expect(app.page.querySelector('[role=alert]')?.textContent).toContain('scope "config"'));
    gateway.answers.clear();
    fake = serveFakeConfig(gateway, configured);
    await press('Try again');
    await shown(() => expect(pageText()).toContain('qwen3'));
  });
});
