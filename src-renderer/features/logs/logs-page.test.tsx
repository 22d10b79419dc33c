// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeGateway, startFakeGateway } from '../../testing/fake-gateway.ts';
import { type FakeLogs, fakeLine, serveFakeLogs } from '../../testing/fake-logs.ts';
import { endlessPattern } from '../../testing/regex-worker-twin.ts';
import { type Rendered, renderConsole } from '../../testing/render.tsx';
import { until } from '../../testing/until.ts';

let gateway: FakeGateway;
let logs: FakeLogs;
let app: Rendered;
const complaints: unknown[] = [];

beforeEach(async () => {
  complaints.length = 0;
  for (const level of ['error', 'warn'] as const)
    vi.spyOn(globalThis.console, level).mockImplementation((...words) => void complaints.push(words));
  gateway = await startFakeGateway();
  logs = serveFakeLogs(gateway);
});
afterEach(async () => {
  await app.close();
  await gateway.stop();
  vi.restoreAllMocks();
  expect(complaints).toEqual([]);
});

const trace = 'ab'.repeat(16);
/** Opens the page and waits until it follows. */
const open = async (language: 'en' | 'zh-CN' = 'en'): Promise<void> => {
  app = await renderConsole(gateway, { language });
  await app.change(() => until(app.console.connection, ({ phase }) => phase === 'online'));
  await app.change(() => app.console.navigation.go('logs'));
  await app.shown(() => {
    expect(app.console.logs.getState().phase).not.toBe('loading');
    expect(app.console.logs.getState().phase === 'failed' || !app.console.tokens.getState().loading).toBe(true);
    expect(gateway.received).toContainEqual(expect.objectContaining({ type: 'subscribe', topics: ['logs'] }));
  });
};
const main = (): HTMLElement => {
  const found = [...app.page.querySelectorAll('main')].at(-1);
  if (!found) throw new Error('no page');
  return found;
};
const button = (name: RegExp): HTMLElement => {
  const found = [...main().querySelectorAll('button')].find((one) => name.test(one.getAttribute('aria-label') ?? one.textContent ?? ''));
  if (!found) throw new Error(`no button ${name}`);
  return found;
};
const press = (key: string, target: EventTarget = document.body): KeyboardEvent => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
  target.dispatchEvent(event);
  return event;
};

describe.each(['en', 'zh-CN'] as const)('the logs page in %s', (language) => {
  it('has nothing for axe to find with lines and details, with none, and where it may not read them', async () => {
    logs.lines.push(
      fakeLine(1, { traceId: trace, token: 'tok_a', fields: { err: { stack: 'Error\n  at' } } }),
      fakeLine(2, { level: 'error' }),
    );
    await open(language);
    expect(await app.violations()).toEqual([]);
    await app.change(() => app.console.logs.filter({ query: 'no such line' }));
    expect(main().textContent).not.toContain('line 1');
    expect(await app.violations()).toEqual([]);
    await app.close();

    const error = { code: 'SCOPE_MISSING', message: 'no', retryable: false, traceId: 'trace' };
    gateway.answers.set('GET /api/v1/logs', { status: 403, body: { error } });
    await open(language);
    expect(main().textContent).toContain('openclaw token create');
    expect(await app.violations()).toEqual([]);
  });
});

describe('the logs page', () => {
  it('counts what is shown, kept and dropped', async () => {
    logs.lines.push(fakeLine(1), fakeLine(2, { level: 'warn' }));
    await open();
    expect(main().textContent).toContain('2 lines');
    await app.change(() => app.console.logs.filter({ level: 'warn' }));
    expect(main().textContent).toContain('1 of 2 lines');
    logs.say([fakeLine(3)], 12);
    await app.shown(() => expect(main().textContent).toContain('12 lines left out'));
  });

  it('pauses with the space bar and goes on with the button that counts what is new', async () => {
    logs.lines.push(fakeLine(1));
    await open();
    await app.change(() => press(' '));
    expect(main().textContent).toContain('Paused');
    logs.say([fakeLine(2), fakeLine(3)]);
    await app.shown(() => expect(button(/^2 new lines/)).toBeTruthy());
    await app.change(() => button(/^2 new lines/).click());
    expect(main().textContent).toContain('3 lines');
    expect(app.console.logs.getState().paused).toBe(false);
    // On a button and in a field the space bar does what it always does.
    await app.change(() => press(' ', button(/^Pause/)));
    await app.change(() => press(' ', main().querySelector('input') ?? document.body));
    expect(app.console.logs.getState().paused).toBe(false);
  });

  it('goes to the search with a slash', async () => {
    await open();
    await app.change(() => expect(press('/').defaultPrevented).toBe(true));
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Search the lines');
  });

  it('says what is wrong with a pattern, and which one was stopped', async () => {
    logs.lines.push(fakeLine(1));
    await open();
    await app.change(() => app.console.logs.filter({ regex: true, query: '(' }));
    expect(main().querySelector('[aria-live]')?.textContent).toContain('not a regular expression');
    expect(main().querySelector('input')?.getAttribute('aria-invalid')).toBe('true');
    await app.change(() => app.console.logs.filter({ query: endlessPattern }));
    await app.shown(() => expect(main().querySelector('[aria-live]')?.textContent).toContain('too slow'));
  });
});
