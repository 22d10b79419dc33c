// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openThread } from './features/chat/chat-store.ts';
import { type FakeGateway, response, startFakeGateway } from './testing/fake-gateway.ts';
import { serveFakeLogs } from './testing/fake-logs.ts';
import { type Rendered, renderConsole } from './testing/render.tsx';
import { until } from './testing/until.ts';

let gateway: FakeGateway;
let app: Rendered;
const complaints: unknown[] = [];

beforeEach(async () => {
  complaints.length = 0;
  for (const level of ['error', 'warn'] as const)
    vi.spyOn(globalThis.console, level).mockImplementation((...words) => {
      // Parts and answers come when they come, also between two `act`s: nothing is wrong with the app.
      if (!/^(A suspended resource finished loading|An update to %s) inside a test/.test(String(words[0]))) complaints.push(words);
    });
  gateway = await startFakeGateway();
});
afterEach(async () => {
  await app.close();
  await gateway.stop();
  vi.restoreAllMocks();
  expect(complaints).toEqual([]);
});

const button = (name: string): HTMLButtonElement => {
  const found = [...app.page.querySelectorAll('button')].find((one) =>
    (one.getAttribute('aria-label') ?? one.textContent)?.startsWith(name),
  );
  if (!found) throw new Error(`no button "${name}"`);
  return found;
};
const type = (field: HTMLTextAreaElement | HTMLInputElement, text: string): void => {
  const { set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value') ?? {};
  set?.call(field, text);
  field.dispatchEvent(new Event('input', { bubbles: true }));
};
const press = (key: string, init: KeyboardEventInit = {}): KeyboardEvent => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init });
  field().dispatchEvent(event);
  return event;
};
const field = (): HTMLTextAreaElement => {
  const found = app.page.querySelector('textarea');
  if (!found) throw new Error('no message field');
  return found;
};
const online = (): Promise<void> =>
  app.change(() =>
    Promise.all([
      until(app.console.connection, ({ phase }) => phase === 'online'),
      until(app.console.status, ({ status }) => status !== null),
    ]),
  );
const whenLast = (phase: string): Promise<void> =>
  app.change(() => until(app.console.chat, (state) => openThread(state).turns.at(-1)?.phase === phase));

describe.each(['en', 'zh-CN'] as const)('the console in %s', (language) => {
  it('has nothing for axe to find at the door, in an empty chat and in a conversation', async () => {
    app = await renderConsole(gateway, { language, signedIn: false });
    expect(app.page.querySelector('input[type=password]')).not.toBeNull();
    expect(await app.violations()).toEqual([]);
    await app.close();

    gateway.addSession({ id: 'old', title: 'An old chat' }, [
      ['msg_a', { type: 'message', content: 'question', channel: 'console' }],
      [
        'msg_a',
        { type: 'tool_call', content: '', tool: { id: 't', name: 'shell', arguments: { command: 'ls' }, status: 'finished', result: 'a' } },
      ],
      ['msg_a', { type: 'error', code: 'MODEL_AUTH', content: 'no key', retryable: false, hint: 'set one' }],
    ]);
    app = await renderConsole(gateway, { language });
    await online();
    expect(await app.violations()).toEqual([]);
    await app.change(() => app.console.chat.openSession(gateway.session('old')));
    await whenLast('failed');
    expect(await app.violations()).toEqual([]);
  });
});

describe('the console', () => {
  it('sends with Enter, not with Shift+Enter and not while an input method composes', async () => {
    app = await renderConsole(gateway);
    await online();
    await app.change(() => type(field(), '你好'));
    await app.change(() => press('Enter', { shiftKey: true }));
    await app.change(() => press('Enter', { isComposing: true }));
    expect(gateway.received.filter((frame) => frame.type === 'message')).toEqual([]);
    await app.change(() => press('Enter'));
    expect((await gateway.nextTurn()).content).toBe('你好');
    expect(field().value).toBe('');
  });

  it('offers three ways to begin', async () => {
    app = await renderConsole(gateway);
    await online();
    await app.change(() => button('/help').click());
    expect((await gateway.nextTurn()).content).toBe('/help');
  });

  it('stops with Escape', async () => {
    app = await renderConsole(gateway);
    await online();
    await app.change(() => app.console.chat.send('go'));
    const turn = await gateway.nextTurn();
    turn.delta('some');
    await whenLast('writing');
    await app.change(() => press('Escape'));
    await app.change(() =>
      vi.waitFor(() => expect(gateway.requests.at(-1)).toMatchObject({ method: 'DELETE', path: `/api/v1/messages/${turn.messageId}` })),
    );
    turn.say({ type: 'status', state: 'cancelled', content: 'stopped', partial: 'some' });
    await whenLast('cancelled');
  });

  it('says to screen readers what goes on', async () => {
    app = await renderConsole(gateway);
    await online();
    await app.change(() => app.console.chat.send('go'));
    const turn = await gateway.nextTurn();
    const live = () => app.page.querySelector('[aria-live=polite]')?.textContent;
    expect(live()).toContain('is working');
    turn.say(response('The answer.'));
    await whenLast('done');
    expect(live()).toBe('The answer. Answer complete');
  });

  it('says that the offline model is none, and how to get one', async () => {
    gateway.answers.set('GET /api/v1/status', {
      status: 200,
      body: {
        status: 'ok',
        version: '0.1.0',
        uptimeMs: 1,
        agents: [],
        models: [{ model: 'offline', provider: 'offline', state: 'ok', detail: '' }],
        secrets: { backend: 'file', warning: 'No keychain here.' },
      },
    });
    app = await renderConsole(gateway);
    await online();
    expect(app.page.textContent).toContain('is not a language model');
    expect(app.page.textContent).toContain('built-in offline model· works');
    expect(button('1 notice')).toBeTruthy();
  });

  it('says what an operator has stopped, as it happens, and starts it again', async () => {
    app = await renderConsole(gateway);
    await online();
    expect(app.page.textContent).not.toContain('is stopped');
    const stops = [
      { what: 'all', id: null, since: 5 },
      { what: 'agent', id: 'main', since: 6 },
    ];
    gateway.tell('status', { queue: { running: 0, waiting: 0 }, stops });
    await app.change(() => until(app.console.status, ({ status }) => status?.stops?.length === 2));
    await app.change(() => button('Everything is stopped').click());
    expect(document.body.textContent).toContain('Agent main');
    gateway.answers.set('POST /api/v1/start', { status: 200, body: { stops: [] } });
    await app.change(() => [...document.querySelectorAll('button')].find((one) => one.textContent === 'Start again')?.click());
    await app.change(() => until(app.console.status, ({ status }) => status?.stops?.length === 0));
    expect(gateway.requests.at(-1)).toMatchObject({ path: '/api/v1/start', body: '{"what":"all"}' });
    expect(app.page.textContent).not.toContain('Everything is stopped');
  });

  it('says that the connection is gone, and tries again', async () => {
    app = await renderConsole(gateway);
    await online();
    gateway.answers.set('POST /api/v1/tickets', { status: 503, body: 'no' });
    gateway.cut();
    await app.change(() => until(app.console.connection, ({ phase }) => phase === 'offline'));
    expect(app.page.textContent).toContain('No connection');
    gateway.answers.delete('POST /api/v1/tickets');
    await app.change(() => button('Try now').click());
    await online();
    expect(app.page.textContent).toContain('Connected');
  });

  it('shows an error with what to do, not an empty page', async () => {
    app = await renderConsole(gateway);
    await online();
    await app.change(() => app.console.chat.openRef('gone'));
    await app.change(() => until(app.console.chat, (state) => openThread(state).error !== null));
    expect(app.page.querySelector('main [role=alert]')?.textContent).toContain('could not be loaded');
    expect(button('Try again')).toBeTruthy();
  });
});

it('keeps what is half typed while another page is open', async () => {
  serveFakeLogs(gateway);
  app = await renderConsole(gateway);
  await online();
  await app.change(() => type(field(), 'half a thou'));
  const headings = () => [...app.page.querySelectorAll('h1')].map(({ textContent }) => textContent);
  await app.change(() => button('Logs').click());
  await vi.waitFor(async () => {
    await app.change(() => undefined);
    expect(headings()).toContain('Logs');
  });
  await app.change(() => button('Chat').click());
  expect(field().value).toBe('half a thou');
});
