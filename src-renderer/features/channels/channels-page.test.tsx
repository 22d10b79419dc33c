// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type FakeChannels,
  fakeChannel,
  fakeItem,
  fakePlugin,
  fakeReview,
  installedForm,
  refusal,
  serveFakeChannels,
} from '../../testing/fake-channels.ts';
import { type FakeGateway, startFakeGateway } from '../../testing/fake-gateway.ts';
import { field, typeInto } from '../../testing/hands.ts';
import { type Rendered, renderConsole } from '../../testing/render.tsx';

/** What the rendered console takes for the time. */
const now = 1_000_000;
const builtIn = fakeChannel({ id: 'api', kind: 'built-in', detail: 'for scripts and apps, by token' });

let gateway: FakeGateway;
let fake: FakeChannels;
let app: Rendered;

beforeEach(async () => {
  gateway = await startFakeGateway();
  fake = serveFakeChannels(gateway);
  fake.channels = [builtIn];
});
afterEach(async () => {
  await app.close();
  await gateway.stop();
});

const open = async (language: 'en' | 'zh-CN' = 'en'): Promise<void> => {
  app = await renderConsole(gateway, { language });
  await app.change(() => app.console.navigation.go('channels'));
};
const openOne = async (id: string, section: 'overview' | 'settings' | 'people' | 'outbox'): Promise<void> => {
  await open();
  await app.change(() => app.console.channels.show(id, section));
  await shows('All channels');
};
const text = (): string => document.body.textContent ?? '';
const shows = (words: string): Promise<void> => app.shown(() => expect(text()).toContain(words));
const button = (name: string): HTMLButtonElement => {
  const found = [...document.querySelectorAll<HTMLButtonElement>('button, [role=menuitem]')]
    .filter((one) => (one.getAttribute('aria-label') ?? one.textContent) === name)
    .at(-1);
  if (!found) throw new Error(`no button "${name}"`);
  return found;
};
const press = async (name: string): Promise<void> => {
  await app.shown(() => expect(button(name).disabled).toBeFalsy());
  await app.change(() => button(name).click());
};
const fill = async (label: string, value: string): Promise<void> => {
  await app.shown(() => {
    expect(field(label)).not.toBeNull();
    expect(field(label).closest('fieldset')?.disabled ?? false).toBe(false);
  });
  await app.change(() => typeInto(field(label), value));
};
const choosePlugin = async (): Promise<void> => {
  await app.shown(() => expect(document.querySelector('dialog li button')).not.toBeNull());
  await app.change(() => document.querySelector<HTMLButtonElement>('dialog li button')?.click());
};
const choose = async (file: File): Promise<void> => {
  await app.shown(() => expect(document.querySelector('input[accept=".plugin"]')).not.toBeNull());
  await app.change(() => {
    const input = document.querySelector<HTMLInputElement>('input[accept=".plugin"]');
    if (!input) throw new Error('no file field');
    Object.defineProperty(input, 'files', { value: [file], configurable: true });
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
};
const archive = new File(['zip'], 'mine.plugin');

describe('the list of channels', () => {
  it('says what a channel is for where there is none, and that two are always there', async () => {
    await open();
    await shows('No channels yet');
    expect(text()).toContain('REST and WebSocket, for scripts and apps, by token');
  });

  it.each([
    ['running', 'Running'],
    ['starting', 'Starting'],
    ['degraded', 'Running, with trouble'],
    ['needs-auth', 'Needs credentials'],
    ['failed', 'Failed'],
    ['stopped', 'Stopped'],
    ['disabled', 'Off'],
    ['not-installed', 'Plugin missing'],
    ['broken', 'Wrongly set up'],
    ['of-tomorrow', 'of-tomorrow'],
  ])('says that one is %s', async (state, words) => {
    fake.channels = [fakeChannel({ id: 'telegram', state, detail: 'The words of the gateway.' })];
    await open();
    await shows(words);
    expect(document.querySelectorAll('li svg').length).toBeGreaterThan(0);
    const isFine = ['running', 'starting', 'disabled', 'of-tomorrow'].includes(state);
    expect(text().includes('The words of the gateway.')).toBe(!isFine);
  });

  it('says when a crashed one is started again, and starts it at once', async () => {
    fake.channels = [fakeChannel({ id: 'telegram', state: 'back-off', detail: 'Out of memory.', restarts: 2, nextTryAt: now + 8_000 })];
    await open();
    await shows('tries again in 8 sec');
    expect(text()).toContain('Out of memory.');
    expect(text()).toContain('restarted 2 times');
    await press('Restart');
    await shows('Running');
    expect(fake.asked).toMatchObject([{ method: 'POST', path: 'telegram/start' }]);
  });

  it('leads from missing credentials to where they are filled in', async () => {
    fake.plugins = [fakePlugin({ id: 'telegram', ...installedForm })];
    fake.channels = [fakeChannel({ id: 'telegram', state: 'needs-auth', detail: 'It needs "secret".' })];
    await open();
    await shows('It needs "secret".');
    await press('Fill in credentials');
    await app.shown(() => expect(field('Secret').type).toBe('password'));
  });

  it('shows the own picture of a plugin that has one, as a picture', async () => {
    fake.plugins = [fakePlugin({ id: 'mine', icon: true }), fakePlugin({ id: 'other' })];
    fake.channels = [fakeChannel({ id: 'mine' }), fakeChannel({ id: 'other' })];
    await open();
    const sources = () => [...document.querySelectorAll('li img')].map((image) => image.getAttribute('src'));
    await app.shown(() => expect(sources()).toEqual([expect.stringMatching(/^data:image\/svg\+xml;base64,/)]));
    expect(document.querySelectorAll('li svg').length).toBeGreaterThan(0);
  });

  it('speaks Chinese where the plugin does', async () => {
    const detail = 'Fill in the token.';
    const zh = { nameZh: '电报', descriptionZh: '聊天', detailsZh: { [detail]: '请填写令牌。' } };
    fake.plugins = [fakePlugin({ id: 'telegram', name: 'Telegram', ...zh })];
    fake.channels = [fakeChannel({ id: 'telegram', state: 'needs-auth', detail }), fakeChannel({ id: 'other', state: 'broken', detail })];
    await open('zh-CN');
    await shows('请填写令牌。');
    expect(text()).toContain('电报');
    // Another plugin's words are not its own.
    expect(text()).toContain(detail);
    await app.change(() => app.console.channels.add(true));
    await shows('聊天');
  });

  it('leads from a missing plugin to where one is found', async () => {
    fake.channels = [fakeChannel({ id: 'telegram', state: 'not-installed' })];
    await open();
    await press('Find its plugin');
    await shows('No plugin of that name is here.');
  });

  it('switches one off and says what waits', async () => {
    fake.channels = [fakeChannel({ id: 'telegram', waiting: 2, dead: 1 })];
    await open();
    await shows('2 messages wait to be sent');
    await press('“telegram” is on');
    await shows('Off');
    expect(fake.asked).toEqual([{ method: 'PATCH', path: 'telegram', body: { enabled: false } }]);
  });

  it('hears of changes as they come', async () => {
    fake.channels = [fakeChannel({ id: 'telegram' })];
    await open();
    await shows('Running');
    await app.shown(() => expect(gateway.received).toContainEqual(expect.objectContaining({ type: 'subscribe', topics: ['channels'] })));
    await app.change(() => gateway.tell('channels', { channels: [fakeChannel({ id: 'telegram', state: 'failed', detail: 'Gone.' })] }));
    await shows('Gone.');
  });

  it('says when it last heard and sent something, and shows who wrote as it is told', async () => {
    fake.channels = [fakeChannel({ id: 'telegram', lastInAt: now - 180_000, lastOutAt: now - 60_000 })];
    await open();
    await shows('last heard 3 min. ago');
    expect(text()).toContain('last sent 1 min. ago');
    await app.change(() => app.console.channels.show('telegram', 'people'));
    await shows('Nobody has written yet.');
    await app.shown(() => expect(gateway.received).toContainEqual(expect.objectContaining({ type: 'subscribe', topics: ['channels'] })));
    fake.peers = [{ id: '7', name: 'Ada', status: 'asked', firstSeenAt: 1_000, decidedAt: null }];
    await app.change(() => gateway.tell('channels', { channels: fake.channels }));
    await shows('Ada');
  });

  it('says why it could not be loaded, and tries again', async () => {
    gateway.answers.set('GET /api/v1/channels', refusal(500, 'STORAGE_FAILED', 'The disk is gone.'));
    await open();
    await shows('The channels could not be listed');
    gateway.answers.clear();
    await press('Try again');
    await shows('No channels yet');
  });
});

describe('adding a channel', () => {
  it('finds a plugin, asks for what it needs, and switches it on', async () => {
    fake.plugins = [fakePlugin({ id: 'mine', name: 'My channel', ...installedForm }), fakePlugin({ id: 'other', name: 'Other' })];
    await open();
    await press('Add a channel');
    await choosePlugin();
    await shows('Set up My channel');
    expect(button('Save and switch on').disabled).toBe(true);
    await fill('Address of your app', 'https://app.example');
    await fill('Secret', 'hush');
    await fill('Whom it answers', 'anyone');
    await shows('at your cost');
    await press('Save and switch on');
    await shows('Send test message');
    expect(fake.asked).toEqual([
      {
        method: 'PATCH',
        path: 'mine',
        body: { options: { url: 'https://app.example' }, secrets: { secret: 'hush' }, senders: 'anyone', enabled: true },
      },
    ]);
    expect(text()).toContain(`${gateway.url}api/v1/hooks/mine`);
  });

  it('sets up a second one of the same plugin under a name of its own', async () => {
    fake.plugins = [fakePlugin({ id: 'mine', name: 'My channel' })];
    fake.channels = [fakeChannel({ id: 'mine' })];
    await open();
    await shows('Running');
    await press('Add a channel');
    await shows('Set up another one');
    await choosePlugin();
    await press('Save and switch on');
    await shows('Send test message');
    expect(fake.asked).toEqual([{ method: 'PATCH', path: 'mine-2', body: { enabled: true, plugin: 'mine' } }]);
  });

  it('shows who a file is and what it may do before it is installed, then asks what it needs', async () => {
    fake.review = fakeReview();
    await open();
    await choose(archive);
    await shows('Install “My channel”?');
    expect(text()).toContain('My channel (mine), version 1.2.0');
    expect(text()).toContain('speak to api.example.com');
    expect(text()).toContain('see the environment variable MY_VAR');
    expect(text()).toContain('crash isolation, not a full sandbox');
    expect(text()).toContain('ab'.repeat(32));
    await press('Install');
    await shows('Set up My channel');
    expect(fake.asked).toEqual([{ method: 'POST', path: 'install/ins_0123456789012345678901/confirm', body: { sha256: 'ab'.repeat(32) } }]);
  });

  it('says what is new since the installed version', async () => {
    fake.plugins = [
      fakePlugin({
        id: 'mine',
        bundled: false,
        permissions: { net: ['api.example.com', 'old.example.com'], listen: false, fs: [], env: [] },
      }),
    ];
    fake.channels = [fakeChannel({ id: 'mine' })];
    fake.review = fakeReview({ replaces: { version: '1.1.0', sha256: null, added: ['x'], removed: ['y'] } });
    await open();
    await shows('Running');
    await choose(archive);
    await shows('Replace “My channel”?');
    const marked = [...document.querySelectorAll('dialog li')].map(({ textContent }) => textContent);
    expect(marked).toContain('speak to api.example.com');
    expect(marked).toContain('see the environment variable MY_VARnew');
    expect(marked).toContain('speak to old.example.com no longer');
    expect(text()).toContain('Version 1.1.0 is installed and is kept');
  });

  it('says how much of a file is sent, and can be told to stop', async () => {
    let tell: (sent: number) => void = () => undefined;
    app = await renderConsole(gateway, {
      sendFile: (_url, file) => {
        tell = (sent) => file.onProgress?.(sent);
        return new Promise((_, reject) => file.signal?.addEventListener('abort', () => reject(file.signal?.reason)));
      },
    });
    await app.change(() => app.console.navigation.go('channels'));
    await choose(archive);
    await shows('Sending mine.plugin');
    await app.change(() => tell(0.456));
    expect(text()).toContain('45%');
    await app.change(() => tell(1));
    await shows('Checking mine.plugin');
    expect(document.querySelector('progress')).toBeNull();
    await press('Cancel');
    await app.shown(() => expect(text()).not.toContain('mine.plugin'));
    expect(document.querySelector('[role=alert] *')).toBeNull();
  });

  it('takes a file that is dropped on the window, whatever is open there', async () => {
    fake.channels = [fakeChannel({ id: 'mine' })];
    fake.review = fakeReview({ replaces: { version: '1.1.0', sha256: null, added: [], removed: [] } });
    const drop = async (file: File): Promise<void> => {
      const event = Object.assign(new Event('drop', { bubbles: true, cancelable: true }), {
        dataTransfer: { types: ['Files'], files: [file] },
      });
      await app.change(() => document.body.dispatchEvent(event));
      expect(event.defaultPrevented).toBe(true);
    };
    await openOne('mine', 'overview');
    await drop(new File(['text'], 'notes.txt'));
    await drop(archive);
    await shows('Replace “My channel”?');
    await press('Cancel');
    await app.change(() => app.console.navigation.go('usage'));
    await drop(archive);
    await shows('Replace “My channel”?');
    expect(app.console.navigation.getState().page).toBe('channels');
  });

  it('says why an archive is refused', async () => {
    await open();
    await choose(archive);
    await shows('It is not a .plugin archive.');
    expect(document.querySelector('dialog')).toBeNull();
  });
});

describe('one channel', () => {
  it('sends a test message and says how it went', async () => {
    fake.channels = [fakeChannel({ id: 'telegram' })];
    await openOne('telegram', 'overview');
    await fill('To', 'ada');
    await press('Send test message');
    await shows('Sent in 12 ms as r1.');
    fake.test = { ok: false, error: { code: 'PEER', message: 'Nobody of that name.' } };
    await press('Send test message');
    await shows('Nobody of that name.');
    expect(fake.asked.at(-1)).toEqual({ method: 'POST', path: 'telegram/test', body: { to: 'ada' } });
  });

  it('stops it, and leads to its own log lines', async () => {
    fake.channels = [fakeChannel({ id: 'telegram' })];
    await openOne('telegram', 'overview');
    await press('Stop for now');
    await shows('Stopped by hand');
    await press('See the logs');
    expect(app.console.navigation.getState().page).toBe('logs');
    expect(app.console.logs.getState().source).toBe('channel:telegram');
  });

  it('changes what it is told; secrets come from the keychain and never show', async () => {
    fake.plugins = [fakePlugin({ id: 'telegram', ...installedForm })];
    fake.channels = [fakeChannel({ id: 'telegram' })];
    fake.entries.set('telegram', { enabled: true, options: { url: 'http://a', tags: ['x'] }, quietHours: { from: '22:00', to: '07:00' } });
    fake.secrets.set('telegram', ['secret']);
    await openOne('telegram', 'settings');
    await app.shown(() => expect(field('Address of your app').value).toBe('http://a'));
    expect(text()).toContain('Kept in the keychain');
    expect(field('Secret').value).toBe('');
    await fill('retries (optional)', '5');
    await press('Remove x');
    await app.change(() => field('Quiet hours').click());
    await press('Save');
    await app.shown(() => expect(fake.asked).toHaveLength(1));
    expect(fake.asked[0]?.body).toEqual({ options: { retries: 5, tags: null }, quietHours: null });
    await fill('Secret', 'another');
    await press('Save');
    // It is in the keychain, and nowhere else from here on.
    await app.shown(() => expect(field('Secret').value).toBe(''));
    expect(fake.asked[1]?.body).toEqual({ secrets: { secret: 'another' } });
  });

  it('lets in who has a code, and says which code nobody has', async () => {
    fake.channels = [fakeChannel({ id: 'telegram' })];
    fake.peers = [{ id: '7', name: 'Ada', status: 'asked', firstSeenAt: 1_000, decidedAt: null }];
    await openOne('telegram', 'people');
    await shows('Waits for a decision');
    await fill('Pairing code', 'BAD');
    await press('Let in');
    await shows('Nobody was given this pairing code');
    await fill('Pairing code', 'GOOD-CODE');
    await app.change(() => field('They may also approve what an agent asks').click());
    await press('Let in');
    await shows('May write and approve');
    expect(fake.asked.at(-1)?.body).toEqual({ code: 'GOOD-CODE', owner: true });
  });

  it('forgets somebody, and knows them again on demand', async () => {
    fake.channels = [fakeChannel({ id: 'telegram' })];
    fake.peers = [{ id: '7', name: 'Ada', status: 'allowed', firstSeenAt: 1_000, decidedAt: 1_000 }];
    await openOne('telegram', 'people');
    await shows('Ada');
    await app.change(() => button('What to do with Ada').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true })));
    await press('Forget');
    await shows('Nobody has written yet.');
    await press('Undo');
    await shows('May write');
    expect(fake.asked.at(-1)).toEqual({ method: 'POST', path: 'telegram/peers/restore', body: { peerId: '7' } });
  });

  it('blocks somebody by their id', async () => {
    fake.channels = [fakeChannel({ id: 'telegram' })];
    await openOne('telegram', 'people');
    await shows('Nobody has written yet.');
    await fill('Somebody by their id', '42');
    await press('Block');
    await shows('Blocked');
    expect(fake.peers).toMatchObject([{ id: '42', status: 'blocked' }]);
  });

  it('shows what could not be sent, sends it again, and forgets it', async () => {
    fake.channels = [fakeChannel({ id: 'telegram', dead: 2 })];
    fake.outbox = [
      fakeItem({
        id: 'out_a',
        state: 'dead',
        error: 'The app knows nobody of that name.',
        attempts: 1,
        content: 'first',
        maybeDuplicate: true,
      }),
      fakeItem({ id: 'out_b', state: 'dead', error: 'Gone.', content: 'second' }),
      fakeItem({ id: 'out_c', content: 'third' }),
    ];
    await openOne('telegram', 'outbox');
    await shows('The app knows nobody of that name.');
    expect(text()).not.toContain('third');
    expect(text()).toContain('may have arrived twice');
    await press('Forget');
    await app.shown(() => expect(text()).not.toContain('second'));
    await press('Undo');
    await shows('second');
    await press('Forget');
    await app.shown(() => expect(text()).not.toContain('second'));
    await press('Send again');
    await shows('Everything could be sent.');
    expect(fake.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'DELETE telegram/outbox/out_b',
      'POST telegram/outbox/out_b/restore',
      'DELETE telegram/outbox/out_b',
      'POST telegram/outbox',
    ]);
  });

  it('goes back a version, and is removed with words about what goes and stays', async () => {
    fake.plugins = [
      fakePlugin({ id: 'telegram', name: 'Telegram', bundled: false, version: '2.0.0', previousVersion: '1.9.0', sha256: 'cd' }),
    ];
    fake.channels = [builtIn, fakeChannel({ id: 'telegram', waiting: 2 })];
    await openOne('telegram', 'settings');
    await shows('Back to 1.9.0');
    await press('Back to 1.9.0');
    await app.shown(() => expect(fake.asked).toMatchObject([{ method: 'POST', path: 'telegram/rollback' }]));
    await press('Remove');
    await shows('and its plugin too');
    expect(text()).toContain('They will not be sent, and are kept');
    expect(text()).toContain('Chats, people and messages stay');
    await press('Remove');
    await shows('No channels yet');
  });
});

describe.each(['en', 'zh-CN'] as const)('in %s', (language) => {
  it('has nothing for axe to find', async () => {
    fake.plugins = [fakePlugin({ id: 'telegram', name: 'Telegram', ...installedForm })];
    fake.channels = [
      builtIn,
      fakeChannel({ id: 'telegram', state: 'failed', detail: 'Gone.', dead: 1 }),
      fakeChannel({ id: 'slack', plugin: 'telegram' }),
    ];
    fake.peers = [{ id: '7', name: 'Ada', status: 'asked', firstSeenAt: 1_000, decidedAt: null }];
    fake.outbox = [fakeItem({ id: 'out_a', state: 'dead', error: 'Gone.' })];
    fake.review = fakeReview();
    await open(language);
    await shows('Gone.');
    expect(await app.violations()).toEqual([]);
    await choose(archive);
    await shows('api.example.com');
    expect(await app.violations()).toEqual([]);
    await app.change(() => document.querySelector<HTMLButtonElement>('dialog footer button')?.click());
    for (const section of ['overview', 'settings', 'people', 'outbox'] as const) {
      await app.change(() => app.console.channels.show('telegram', section));
      await app.shown(() => expect([...document.querySelectorAll('main')].at(-1)?.querySelector('.shimmer')).toBeNull());
      expect(await app.violations()).toEqual([]);
    }
  });
});
