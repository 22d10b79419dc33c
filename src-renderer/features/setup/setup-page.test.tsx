// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeGateway, type FakeRequest, startFakeGateway } from '../../testing/fake-gateway.ts';
import { serveFakeTokens } from '../../testing/fake-tokens.ts';
import { type Rendered, renderConsole } from '../../testing/render.tsx';

let gateway: FakeGateway;
let app: Rendered;
/** What the wizard has sent, by method and path. */
let sent: { readonly what: string; readonly body: unknown }[] = [];
const complaints: unknown[] = [];

const config = { models: {}, agents: {}, security: {}, ui: {} };
const servers = [{ provider: 'ollama', name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', models: ['qwen3', 'llama4'] }];
const providers = [
  { provider: 'openai', name: 'OpenAI', baseUrl: 'https://api.openai.com/v1', model: 'gpt', needsKey: true },
  { provider: 'openai-compatible', name: 'OpenAI-compatible', baseUrl: null, model: null, needsKey: false },
];

beforeEach(async () => {
  complaints.length = 0;
  sent = [];
  for (const level of ['error', 'warn'] as const)
    vi.spyOn(globalThis.console, level).mockImplementation((...words) => {
      // Parts and answers come when they come, also between two `act`s: nothing is wrong with the app.
      if (!/^(A suspended resource finished loading|An update to %s) inside a test/.test(String(words[0]))) complaints.push(words);
    });
  gateway = await startFakeGateway();
  serveFakeTokens(gateway, () => 1_000_000);
  const tokens = gateway.serve;
  const answers: Readonly<Record<string, unknown>> = {
    'GET /api/v1/config': { config, text: '', path: '~/openclaw/config.json', problems: [], restartFor: [] },
    'PATCH /api/v1/config': { config, text: '', restartFor: [] },
    'GET /api/v1/models/discovery': { servers, keys: [], providers },
    'POST /api/v1/models/test': { ok: true, model: 'qwen3', reply: 'Hello there!', durationMs: 840 },
    'POST /api/v1/model-keys': { name: 'openai', backend: 'memory' },
    'GET /api/v1/pin': { set: false },
    'POST /api/v1/pin': { set: true },
    'GET /api/v1/status': {
      status: 'ok',
      version: '0.1.0',
      uptimeMs: 1,
      agents: [],
      models: [{ model: 'offline', provider: 'offline', state: 'ok', detail: '' }],
    },
  };
  gateway.serve = (request: FakeRequest) => {
    const what = `${request.method} ${request.path}`;
    if (request.body !== '') sent.push({ what, body: JSON.parse(request.body) });
    const body = answers[what];
    return body === undefined ? (tokens?.(request) ?? null) : { status: 200, body };
  };
});
afterEach(async () => {
  await app.close();
  await gateway.stop();
  vi.restoreAllMocks();
  expect(complaints).toEqual([]);
});

const page = (): string => app.console.navigation.getState().page;
const main = (): HTMLElement => {
  const found = [...app.page.querySelectorAll('main')].at(-1);
  if (!found) throw new Error('no page');
  return found;
};
const heading = (): string | null | undefined => main().querySelector('h2')?.textContent;
const button = (name: RegExp): HTMLButtonElement => {
  const found = [...main().querySelectorAll('button')].find((one) => name.test(one.textContent ?? ''));
  if (!found) throw new Error(`no button ${name}`);
  return found;
};
const click = (name: RegExp): Promise<void> => app.change(() => button(name).click());
const field = (label: RegExp): HTMLInputElement | HTMLSelectElement => {
  const found = [...main().querySelectorAll('label')].find((one) => label.test(one.textContent ?? ''));
  const control = found && main().querySelector<HTMLInputElement>(`[id="${found.htmlFor}"]`);
  if (!control) throw new Error(`no field ${label}`);
  return control;
};
const type = (label: RegExp, text: string): Promise<void> =>
  app.change(() => {
    const control = field(label);
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(control), 'value')?.set?.call(control, text);
    control.dispatchEvent(new Event(control.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }));
  });
const open = async (language: 'en' | 'zh-CN' = 'en'): Promise<void> => {
  app = await renderConsole(gateway, { language });
  await app.shown(() => expect(main().querySelector('input[type=radio]')).not.toBeNull());
};

describe('the first run', () => {
  it('leads through model, PIN and token to the chat', async () => {
    await open();
    expect(page()).toBe('setup');
    await type(/^Model$/, 'llama4');
    await click(/^Test$/);
    await app.shown(() => expect(main().textContent).toContain('Hello there!'));
    await click(/Use this model/);
    await app.shown(() => expect(heading()).toBe('PIN'));
    await type(/^New PIN/, '1234');
    await type(/^The same again/, '1234');
    await click(/Set the PIN/);
    await app.shown(() => expect(heading()).toBe('First token'));
    await click(/Make the token/);
    await app.shown(() => expect(main().textContent).toContain('curl -X POST'));
    // Hidden where it is shown, whole where it is copied.
    expect(main().textContent).not.toContain('secret-tok_0');
    await click(/Open the chat/);
    expect(page()).toBe('chat');
    expect(sent).toEqual([
      { what: 'POST /api/v1/models/test', body: { model: { provider: 'ollama', model: 'llama4' } } },
      {
        what: 'PATCH /api/v1/config',
        body: { models: { ollama: { provider: 'ollama', model: 'llama4' } }, agents: { main: { model: 'ollama' } } },
      },
      { what: 'POST /api/v1/pin', body: { pin: '1234' } },
      {
        what: 'POST /api/v1/tokens',
        body: {
          name: 'my first script',
          kind: 'bearer',
          scopes: ['messages', 'agents', 'channels:read', 'skills:read', 'sessions'],
          expiresIn: '30d',
        },
      },
    ]);
  });

  it('puts a key into the keychain before the configuration names it', async () => {
    await open();
    await app.change(() => field(/A provider/).click());
    expect(button(/Use this model/).disabled).toBe(true);
    await type(/^API key/, 'sk-secret-key');
    await click(/Use this model/);
    await app.shown(() => expect(heading()).toBe('PIN'));
    expect(sent).toEqual([
      { what: 'POST /api/v1/model-keys', body: { name: 'openai', key: 'sk-secret-key' } },
      {
        what: 'PATCH /api/v1/config',
        body: { models: { openai: { provider: 'openai', model: 'gpt', keyRef: 'openai' } }, agents: { main: { model: 'openai' } } },
      },
    ]);
  });

  it('can go on with nothing, which changes nothing', async () => {
    await open();
    await app.change(() => field(/Go on without a language model/).click());
    expect(main().textContent).toContain('It is not a language model');
    await click(/^Go on$/);
    await click(/Go on without a PIN/);
    await click(/Go on without a token/);
    expect(page()).toBe('chat');
    expect(sent).toEqual([]);
  });

  it('comes by itself until it was left once', async () => {
    await open();
    await click(/Skip the setup/);
    expect(page()).toBe('chat');
    expect(await app.console.firstRun.isNeeded()).toBe(false);
    await app.change(() => app.console.navigation.go('setup'));
    await app.shown(() => expect(main().querySelector('input[type=radio]')).not.toBeNull());
  });

  it('does not come where a token was made, or a model set up', async () => {
    await open();
    const { tokens, settings, firstRun } = app.console;
    expect(await firstRun.isNeeded()).toBe(true);
    await app.change(() => tokens.create({ name: 'mine', kind: 'bearer', scopes: ['messages'], expiresIn: '30d' }));
    expect(await firstRun.isNeeded()).toBe(false);
    expect(settings.getState().view?.known.models).toEqual({});
  });

  it('says why nothing could be looked up, and lets one go on', async () => {
    const error = { code: 'SCOPE_MISSING', message: 'This needs the scope config.', retryable: false, traceId: 'trace' };
    gateway.answers.set('GET /api/v1/models/discovery', { status: 403, body: { error } });
    app = await renderConsole(gateway);
    await app.change(() => app.console.navigation.go('setup'));
    await app.shown(() => expect(main().querySelector('[role=alert]')?.textContent).toContain('scope'));
    await click(/^Go on$/);
    expect(heading()).toBe('PIN');
  });

  it.each(['en', 'zh-CN'] as const)('has nothing for axe to find on any step in %s', async (language) => {
    await open(language);
    expect(await app.violations()).toEqual([]);
    const next = async (): Promise<void> => app.change(() => [...main().querySelectorAll('button')].at(-1)?.click());
    await app.change(() => field(/A provider|模型服务商或/).click());
    expect(await app.violations()).toEqual([]);
    await app.change(() => field(/Go on without|暂不使用/).click());
    await next();
    expect(await app.violations()).toEqual([]);
    await app.change(() => button(/Go on without|不设置/).click());
    expect(await app.violations()).toEqual([]);
    await next();
    await app.shown(() => expect(main().textContent).toContain('curl'));
    expect(await app.violations()).toEqual([]);
  });
});
