// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agentIdsOf, type RoutingRule } from '../../../src-shared/contract/routing.ts';
import { type FakeConfig, serveFakeConfig } from '../../testing/fake-config.ts';
import { type FakeAnswer, type FakeGateway, type FakeRequest, startFakeGateway } from '../../testing/fake-gateway.ts';
import { button, field, typeInto } from '../../testing/hands.ts';
import { type Rendered, renderConsole } from '../../testing/render.tsx';

let gateway: FakeGateway;
let app: Rendered;
let config: FakeConfig;
let invoked: FakeRequest[];
let frames: readonly object[];

beforeEach(async () => {
  gateway = await startFakeGateway();
  config = serveFakeConfig(
    gateway,
    '{"models":{"local":{"provider":"offline"}},"agents":{"guest":{"name":"Guest","tools":["file_read","gone"]}}}',
  );
  invoked = [];
  frames = [];
  const known = gateway.serve;
  gateway.serve = (request) => answer(request) ?? known?.(request) ?? null;
});
afterEach(async () => {
  await app.close();
  await gateway.stop();
});

type Parsed = { agents?: Record<string, { name?: string; tools?: string[] }>; routing?: RoutingRule[] };
const file = (): Parsed => JSON.parse(config.text);
const tool = (name: string, effect: string, server: string | null = null) => ({ name, description: `${name} does it`, effect, server });

const answer = (request: FakeRequest): FakeAnswer | null => {
  const { method, path } = request;
  if (path === '/api/v1/agents') {
    const { agents = {} } = file();
    const rows = agentIdsOf(agents).map((id) => ({
      id,
      name: agents[id]?.name ?? id,
      state: 'idle',
      model: 'qwen3',
      tools: agents[id]?.tools ?? [],
    }));
    return { status: 200, body: { agents: rows } };
  }
  if (path === '/api/v1/tools')
    return { status: 200, body: { tools: [tool('file_read', 'read'), tool('shell', 'run'), tool('github.issues', 'network', 'github')] } };
  if (path === '/api/v1/usage') return { status: 200, body: { from: '', to: '', rows: [{ ...figures, key: 'guest', costUsd: 0.42 }] } };
  if (path === '/api/v1/usage/budgets') {
    const meter = { what: 'agent', id: 'guest', limitUsd: 2, spentUsd: 0.42, reservedUsd: 0 };
    return { status: 200, body: { day: '', resetsAt: 1, meters: [meter], warnings: [] } };
  }
  if (path.endsWith('/invoke')) {
    invoked.push(request);
    return { status: 200, body: frames.map((frame) => `event: x\ndata: ${JSON.stringify(frame)}\n\n`).join('') };
  }
  if (method === 'DELETE' && path.startsWith('/api/v1/sessions/')) {
    invoked.push(request);
    return { status: 200, body: { deleted: true, undoUntil: 1 } };
  }
  return null;
};
const figures = { turns: 1, failed: 0, inputTokens: 1, outputTokens: 1, durationMs: 1 };
const envelope = { agentId: 'guest', sessionId: 'ses_test', timestamp: 1, messageId: 'msg_1', traceId: 't' };

const open = async (language: 'en' | 'zh-CN' = 'en'): Promise<void> => {
  app = await renderConsole(gateway, { language });
  await app.change(() => app.console.navigation.go('agents'));
  await app.shown(() => expect(document.querySelectorAll('h2').length).toBeGreaterThan(3));
  await app.shown(() => expect(app.console.agentsPage.getState().tools).not.toBeNull());
};
const press = (name: string): Promise<void> => app.change(() => button(name).click());
const fill = (label: string, text: string): Promise<void> => app.change(() => typeInto(field(label), text));
const tick = (label: string): Promise<void> =>
  app.change(() => [...document.querySelectorAll('label')].find(({ textContent }) => textContent === label)?.click());
const text = (): string => document.body.textContent ?? '';
const dialog = (): HTMLDialogElement | null => document.querySelector('dialog');

describe.each(['en', 'zh-CN'] as const)('the agents page in %s', (language) => {
  it('has nothing for axe to find', async () => {
    config.text = JSON.stringify({ ...file(), routing: [{ channel: 'api', agent: 'guest' }, { agent: 'main' }] });
    await open(language);
    await app.shown(() => expect(document.querySelectorAll('ol > li')).toHaveLength(2));
    expect(await app.violations()).toEqual([]);
    await press(language === 'en' ? 'Edit Guest' : '编辑 Guest');
    expect(await app.violations()).toEqual([]);
    await press(language === 'en' ? 'Cancel' : '取消');
    await press(language === 'en' ? 'Test Guest' : '测试 Guest');
    expect(await app.violations()).toEqual([]);
  });
});

describe('an agent', () => {
  it('is shown with what it is and has cost', async () => {
    await open();
    await app.shown(() => expect(text()).toContain('$0.42 of $2.00 today (UTC)'));
    expect(text()).toContain('guest · qwen3 · 2 tools');
    expect(text()).toContain('$0.00 today (UTC)');
    expect([...document.querySelectorAll('button')].map((one) => one.getAttribute('aria-label'))).not.toContain('Remove main');
  });

  it('is created, with its id checked as it is typed', async () => {
    await open();
    await press('New agent');
    await fill('Id', 'Bad Id');
    expect(text()).toContain('1–64 of a–z, 0–9 and -');
    expect(button('Create').disabled).toBe(true);
    await fill('Id', 'guest');
    expect(text()).toContain('There is an agent with this id.');
    await fill('Id', 'night');
    await fill('Steps a turn', '500');
    expect(text()).toContain('A whole number from 1 to 200.');
    await fill('Steps a turn', '5');
    await fill('Model', 'local');
    await fill('US dollars a day', '0.5');
    await tick('Only these');
    await app.shown(() => expect(field('shell').checked).toBe(false));
    await tick('shell');
    await tick('github.*');
    await press('Create');
    await app.shown(() => expect(dialog()).toBeNull());
    expect(file().agents?.night).toEqual({ model: 'local', maxSteps: 5, tools: ['shell', 'github.*'], budget: { dailyUsd: 0.5 } });
    await app.shown(() => expect(text()).toContain('night'));
  });

  it('is edited; a tool that is not there now is not lost', async () => {
    await open();
    await press('Edit Guest');
    expect(text()).toContain('Not there now');
    expect(field('gone').checked).toBe(true);
    expect(text()).toContain('Runs programs, in a sandbox where there is one. Asks first.');
    await fill('Name', '');
    await press('Save');
    await app.shown(() => expect(dialog()).toBeNull());
    expect(file().agents?.guest).toEqual({ tools: ['file_read', 'gone'] });
  });

  it('keeps what is typed over another page, and asks before it is thrown away', async () => {
    await open();
    await press('Edit Guest');
    await fill('Name', 'Night desk');
    await app.change(() => app.console.navigation.go('chat'));
    await app.change(() => app.console.navigation.go('agents'));
    await app.shown(() => expect(field('Name').value).toBe('Night desk'));
    await press('Cancel');
    expect(text()).toContain('What you changed is not saved.');
    await press('Go on editing');
    await press('Cancel');
    await press('Discard it');
    expect(dialog()).toBeNull();
    expect(file().agents?.guest?.name).toBe('Guest');
  });

  it('says what the gateway has against it, and keeps what is typed', async () => {
    await open();
    await press('Edit Guest');
    await fill('Name', 'Night desk');
    config.check = () => [{ line: 1, column: 1, message: 'agents.guest: not today' }];
    await press('Save');
    await app.shown(() => expect(dialog()?.textContent).toContain('not today'));
    expect(field('Name').value).toBe('Night desk');
  });

  it('is duplicated under a free id', async () => {
    await open();
    await press('Duplicate Guest');
    expect(field('Id').value).toBe('guest-2');
    await press('Create');
    await app.shown(() => expect(file().agents?.['guest-2']).toEqual({ name: 'Guest', tools: ['file_read', 'gone'] }));
  });

  it('is removed with the rules that name it, and both come back', async () => {
    const routing = [
      { channel: 'api', agent: 'guest' },
      { channel: 'console', agent: 'main' },
    ];
    config.text = JSON.stringify({ ...file(), routing });
    await open();
    await press('Remove Guest');
    await app.shown(() => expect(file().agents?.guest).toBeUndefined());
    expect(file().routing).toEqual([routing[1]]);
    await app.shown(() => expect(text()).toContain('Guest and the rule that named it were removed. Its chats stay.'));
    await press('Undo');
    await app.shown(() => expect(file().routing).toEqual(routing));
    expect(file().agents?.guest).toEqual({ name: 'Guest', tools: ['file_read', 'gone'] });
  });

  it('is not removed while a channel has nobody else', async () => {
    config.text = JSON.stringify({ ...file(), channels: { telegram: { agent: 'guest' } } });
    await open();
    await press('Remove Guest');
    await app.shown(() => expect(text()).toContain('Guest answers for telegram.'));
    expect(file().agents?.guest).toBeDefined();
  });

  it('is chosen for a new chat', async () => {
    await open();
    await press('Chat with Guest');
    expect(app.console.navigation.getState().page).toBe('chat');
    await app.shown(() => expect(button('Agent: Guest')).toBeTruthy());
  });
});

describe('a test of an agent', () => {
  it('shows the answer, what it used and cost, and leaves nothing', async () => {
    frames = [
      { ...envelope, type: 'status', state: 'thinking', content: '' },
      {
        ...envelope,
        type: 'tool_call',
        content: '',
        seq: 2,
        tool: { id: 'c', name: 'file_read', arguments: { path: 'hours.md' }, status: 'finished', result: '9-5' },
      },
      { ...envelope, type: 'delta', content: 'Open ', offset: 0 },
      {
        ...envelope,
        type: 'response',
        content: 'Open from nine to five',
        final: true,
        usage: { inputTokens: 30, outputTokens: 5, costUsd: 0.0012 },
        durationMs: 900,
      },
    ];
    await open();
    await press('Test Guest');
    await fill('Message', 'When?');
    await press('Send');
    await app.shown(() => expect(dialog()?.textContent).toContain('Open from nine to five'));
    expect(dialog()?.textContent).toContain('file_read');
    expect(dialog()?.textContent).toContain('30 in · 5 out · cost $0.0012');
    expect(invoked[0]).toMatchObject({ path: '/api/v1/agents/guest/invoke' });
    expect(JSON.parse(invoked[0]?.body ?? '')).toMatchObject({ content: 'When?' });
    await press('Close');
    await app.shown(() => expect(invoked.at(-1)).toMatchObject({ method: 'DELETE', path: '/api/v1/sessions/ses_test' }));
  });

  it('says why it failed and leads to the repair', async () => {
    frames = [
      { ...envelope, type: 'error', code: 'MODEL_AUTH', content: 'The key was refused.', hint: 'Put in another.', retryable: false },
    ];
    await open();
    await press('Test Guest');
    await press('Send');
    await app.shown(() => expect(dialog()?.textContent).toContain('Put in another.'));
    await press('Set up a model');
    expect(app.console.navigation.getState().page).toBe('setup');
  });
});

describe('the rules', () => {
  const channels = (): (string | undefined)[] => (file().routing ?? []).map(({ channel }) => channel);

  it('are added, moved by their buttons, removed and brought back', async () => {
    await open();
    expect(text()).toContain('No rules');
    for (const channel of ['telegram', 'qq']) {
      await fill('Channel', channel);
      await press('Add rule');
      await app.shown(() => expect(channels().at(-1)).toBe(channel));
      await app.shown(() => expect(field('Channel').value).toBe(''));
    }
    await press('Move rule 2 up');
    await app.shown(() => expect(channels()).toEqual(['qq', 'telegram']));
    await app.shown(() => expect(document.activeElement?.getAttribute('aria-label')).toBe('Move rule 1 down'));
    await press('Remove rule 1');
    await app.shown(() => expect(channels()).toEqual(['telegram']));
    await app.shown(() => expect(button('Undo')).toBeTruthy());
    await press('Undo');
    await app.shown(() => expect(channels()).toEqual(['qq', 'telegram']));
  });

  it('say who would answer, and which of them are skipped', async () => {
    config.text = JSON.stringify({
      ...file(),
      routing: [
        { channel: 'api', agent: 'gone' },
        { sender: '7', agent: 'guest' },
      ],
    });
    await open();
    expect(text()).toContain('Skipped: there is no agent gone.');
    expect(text()).toContain('is answered by main (nothing says otherwise)');
    await fill('from sender', '7');
    expect(text()).toContain('is answered by guest (rule 2)');
  });
});

it('says what could not be loaded, and tries again', async () => {
  config.check = () => [];
  gateway.answers.set('GET /api/v1/agents', {
    status: 500,
    body: { error: { code: 'INTERNAL', message: 'Broken.', retryable: true, traceId: 't' } },
  });
  app = await renderConsole(gateway);
  await app.change(() => app.console.navigation.go('agents'));
  await app.shown(() => expect(text()).toContain('The agents could not be loaded'));
  gateway.answers.clear();
  await press('Try again');
  await app.shown(() => expect(text()).toContain('Guest'));
});
