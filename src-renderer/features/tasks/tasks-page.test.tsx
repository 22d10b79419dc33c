// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Task } from '../../../src-shared/contract/rest.ts';
import { type FakeGateway, type FakeRequest, startFakeGateway } from '../../testing/fake-gateway.ts';
import { button, field, typeInto } from '../../testing/hands.ts';
import { type Rendered, renderConsole } from '../../testing/render.tsx';

/** What the rendered console takes for the time. */
const now = 1_000_000;
const hour = 3_600_000;

let gateway: FakeGateway;
let app: Rendered;
let tasks: Task[];
let asked: { readonly method: string; readonly path: string; readonly body: Record<string, unknown> }[];

beforeEach(async () => {
  tasks = [];
  asked = [];
  gateway = await startFakeGateway();
  gateway.serve = answer;
});
afterEach(async () => {
  await app.close();
  await gateway.stop();
});

const task = (known: Partial<Task> & { readonly id: string }): Task => ({
  ownerId: 'local',
  name: known.id,
  agentId: 'main',
  content: 'look',
  sessionId: null,
  schedule: { kind: 'cron', expr: '0 9 * * *', timezone: Intl.DateTimeFormat().resolvedOptions().timeZone },
  missed: 'skip',
  enabled: true,
  nextRuns: [now + hour],
  hookPath: null,
  lastRunAt: null,
  lastStatus: null,
  lastNote: null,
  lastMessageId: null,
  lastSessionId: null,
  createdAt: 1,
  ...known,
});

/** The task routes, as far as the page uses them. */
const answer = ({ method, path, body }: FakeRequest): { status: number; body: unknown } | null => {
  const [, id = '', action = ''] = /^\/api\/v1\/tasks(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
  if (!path.startsWith('/api/v1/tasks')) return null;
  if (method === 'GET') return { status: 200, body: { tasks } };
  const sent = body === '' ? {} : JSON.parse(body);
  if (id === 'preview')
    return sent.schedule.expr === 'bad'
      ? { status: 400, body: { error: { code: 'TASK_INVALID', message: '"bad" is no schedule.', retryable: false, traceId: 't' } } }
      : { status: 200, body: { nextRuns: [now + hour, now + 2 * hour] } };
  asked.push({ method, path, body: sent });
  if (method === 'POST' && id === '') {
    const made = task({ ...sent, id: 'tsk_new', hookPath: sent.schedule.kind === 'webhook' ? '/api/v1/hooks/tsk_new' : null });
    tasks = [made, ...tasks];
    return { status: 201, body: { task: made, secret: sent.schedule.kind === 'webhook' ? 'the-secret' : null } };
  }
  const found = tasks.find((one) => one.id === id) ?? task({ id });
  if (method === 'DELETE') {
    tasks = tasks.filter((one) => one.id !== id);
    return { status: 200, body: { undoUntil: now + 60_000 } };
  }
  const changed =
    method === 'PATCH' ? { ...found, ...sent } : action === 'run' ? { ...found, lastStatus: 'running', lastRunAt: now } : found;
  tasks = tasks.map((one) => (one.id === id ? changed : one));
  return { status: action === 'run' ? 202 : 200, body: { task: changed } };
};

const open = async (language: 'en' | 'zh-CN' = 'en'): Promise<void> => {
  app = await renderConsole(gateway, { language });
  await app.change(() => app.console.navigation.go('tasks'));
  await app.shown(() => expect(app.console.tasks.getState().loading).toBe(false));
};
const press = (name: string): Promise<void> => app.change(() => button(name).click());
const fill = (label: string, text: string): Promise<void> => app.change(() => typeInto(field(label), text));
const text = (): string => document.body.textContent ?? '';

describe.each(['en', 'zh-CN'] as const)('the tasks page in %s', (language) => {
  it('has nothing for axe to find', async () => {
    tasks = [
      task({ id: 'a', lastStatus: 'failed', lastRunAt: now, lastNote: 'The model provider failed.', lastSessionId: 'x' }),
      task({ id: 'b', enabled: false, nextRuns: [] }),
      task({ id: 'c', schedule: { kind: 'webhook', preset: 'github' }, nextRuns: [], hookPath: '/api/v1/hooks/c' }),
    ];
    await open(language);
    await app.shown(() => expect(document.querySelectorAll('[role=switch]')).toHaveLength(3));
    expect(await app.violations()).toEqual([]);
    await press(language === 'en' ? 'New task' : '新建任务');
    expect(await app.violations()).toEqual([]);
  });
});

describe('the tasks page', () => {
  it('says what a task is for where there is none', async () => {
    await open();
    await app.shown(() => expect(text()).toContain('No tasks yet'));
  });

  it('says when each runs next, how its last run ended, and why', async () => {
    tasks = [task({ id: 'Morning', lastStatus: 'skipped', lastRunAt: now - hour, lastNote: 'An operator has stopped everything.' })];
    await open();
    await app.shown(() => expect(text()).toContain('Every day at 09:00 · main'));
    expect(text()).toMatch(/Next .*in 1 hr/);
    expect(text()).toContain('Skipped · 1 hr. agoAn operator has stopped everything.');
  });

  it('adds one, with the next runs before it is added', async () => {
    await open();
    await app.shown(() => expect(text()).toContain('No tasks yet'));
    await press('New task');
    await fill('Name', 'Report');
    await fill('What to do', 'Write the report');
    await fill('How often', 'weekdays');
    await fill('At', '18:30');
    await app.shown(() => expect(text()).toContain('Next, by your clock: '));
    await press('Add');
    await app.shown(() => expect(text()).toContain('Monday to Friday at 18:30'));
    expect(asked).toMatchObject([
      { method: 'POST', body: { name: 'Report', missed: 'skip', schedule: { kind: 'cron', expr: '30 18 * * 1-5' } } },
    ]);
  });

  it('says what is wrong with an expression as it is typed', async () => {
    await open();
    await app.shown(() => expect(text()).toContain('No tasks yet'));
    await press('New task');
    await fill('How often', 'custom');
    await fill('Cron expression', 'bad');
    await app.shown(() => expect(text()).toContain('"bad" is no schedule.'));
  });

  it('shows the secret of a webhook once, with a call that runs', async () => {
    await open();
    await app.shown(() => expect(text()).toContain('No tasks yet'));
    await press('New task');
    await fill('Name', 'Pushes');
    await fill('What to do', 'Look');
    await fill('When', 'webhook');
    await press('Add');
    await app.shown(() => expect(document.querySelector('dialog')?.textContent).toContain('the-secret'));
    expect(document.querySelector('dialog')?.textContent).toContain(`${gateway.url}api/v1/hooks/tsk_new`);
    expect(document.querySelector('dialog')?.textContent).toContain('X-Hub-Signature-256');
    await press('Done');
    expect(text()).not.toContain('the-secret');
  });

  it('switches, runs, edits and deletes', async () => {
    tasks = [task({ id: 'tsk_a', name: 'Morning' })];
    await open();
    await app.shown(() => expect(text()).toContain('Morning'));
    await press('“Morning” is on');
    await app.shown(() => expect(button('“Morning” is on').getAttribute('aria-checked')).toBe('false'));
    await press('Run “Morning” now');
    await app.shown(() => expect(text()).toContain('At work'));
    await press('Edit “Morning”');
    await fill('Name', 'Evening');
    await press('Save');
    await app.shown(() => expect(text()).toContain('Evening'));
    expect(asked.at(-1)?.body).not.toHaveProperty('schedule');
    await press('Delete “Evening”');
    await app.shown(() => expect(text()).toContain('No tasks yet'));
  });
});
