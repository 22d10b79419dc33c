// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeGateway, startFakeGateway } from '../../testing/fake-gateway.ts';
import { type FakeTokens, serveFakeTokens } from '../../testing/fake-tokens.ts';
import { button, field, typeInto } from '../../testing/hands.ts';
import { type Rendered, renderConsole } from '../../testing/render.tsx';

const day = 86_400_000;
/** What the rendered console takes for the time. */
const now = 1_000_000;

let gateway: FakeGateway;
let fake: FakeTokens;
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
  fake = serveFakeTokens(gateway, () => now);
});
afterEach(async () => {
  await app.close();
  await gateway.stop();
  vi.restoreAllMocks();
  expect(complaints).toEqual([]);
});

const open = async (language: 'en' | 'zh-CN' = 'en'): Promise<void> => {
  app = await renderConsole(gateway, { language });
  await app.change(() => app.console.navigation.go('tokens'));
  await shown(() => expect(app.console.tokens.getState().loading).toBe(false));
};
const shown = (check: () => void): Promise<void> => app.shown(check);
const press = (name: string): Promise<void> => app.change(() => button(name).click());
const fill = (label: string, text: string): Promise<void> => app.change(() => typeInto(field(label), text));
const rows = (): readonly string[] => [...document.querySelectorAll('tr:has(th[scope=row])')].map(({ textContent }) => textContent ?? '');
const dialog = (): string => document.querySelector('dialog')?.textContent ?? '';

describe.each(['en', 'zh-CN'] as const)('the tokens page in %s', (language) => {
  it('has nothing for axe to find', async () => {
    fake.add({ id: 'a', scopes: ['messages', 'agents', 'sessions', 'logs'], expiresAt: now + day, lastUsedAt: now, lastAddress: '::1' });
    fake.add({ id: 'b', parentId: 'a', revokedAt: now });
    fake.add({ id: 'c', kind: 'console' });
    await open(language);
    expect(rows().length).toBe(2);
    expect(app.page.querySelectorAll('tbody').length).toBe(2);
    expect(await app.violations()).toEqual([]);
  });
});

describe('the tokens page', () => {
  it('says what a token is for where there is none', async () => {
    await open();
    expect(app.page.textContent).toContain('No tokens yet');
  });

  it('shows the active ones, the ended ones, and what is searched for', async () => {
    fake.add({ id: 'a', name: 'cron job' });
    fake.add({ id: 'b', name: 'old', expiresAt: now - day });
    await open();
    expect(rows()).toEqual([expect.stringContaining('cron job')]);
    await press('Ended');
    expect(rows()).toEqual([expect.stringMatching(/old.*Expired.*1 day ago/)]);
    await press('All');
    await app.change(() => {
      const input = app.page.querySelector<HTMLInputElement>('input[aria-label="Search tokens"]');
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, 'CRON');
      input?.dispatchEvent(new Event('input', { bubbles: true }));
    });
    expect(rows()).toEqual([expect.stringContaining('cron job')]);
  });

  it('says why there is no list, and tries again', async () => {
    gateway.answers.set('GET /api/v1/tokens', {
      status: 403,
      body: { error: { code: 'SCOPE_MISSING', message: 'The token lacks the scope tokens.', retryable: false, traceId: 't' } },
    });
    await open();
    expect(app.page.querySelector('[role=alert]')?.textContent).toContain('The token lacks the scope tokens.');
    gateway.answers.delete('GET /api/v1/tokens');
    fake.add({ id: 'a' });
    await press('Try again');
    await shown(() => expect(rows().length).toBe(1));
  });

  it('makes a token, hides its secret until it is asked for, and fills it into the snippets', async () => {
    await open();
    await press('New token');
    expect(button('Create').disabled).toBe(true);
    await fill('Name', '  ci  ');
    await fill('Expires after', 'custom');
    await fill('How long', '400d');
    expect(button('Create').disabled).toBe(true);
    await fill('How long', '90m');
    await press('Create');
    await shown(() => expect(dialog()).toContain('“ci” is ready'));
    const minted = gateway.requests.find(({ method, path }) => method === 'POST' && path === '/api/v1/tokens');
    expect(JSON.parse(minted?.body ?? '')).toEqual({
      name: 'ci',
      kind: 'bearer',
      scopes: ['messages', 'agents', 'channels:read', 'skills:read', 'sessions'],
      expiresIn: '90m',
    });
    expect(dialog()).not.toContain('secret-tok_0');
    await press('Show the secret');
    expect(dialog()).toContain(`curl -X POST ${gateway.url}api/v1/messages`);
    expect(dialog()).toContain('Authorization: Bearer secret-tok_0');
    await press('Done');
    expect(rows()).toEqual([expect.stringContaining('ci')]);
  });

  it('gives an API key the scope messages and snippets that need no WebSocket', async () => {
    await open();
    await press('New token');
    await fill('Name', 'key');
    await fill('Kind', 'api-key');
    await press('Create');
    await shown(() => expect(dialog()).toContain('is ready'));
    expect(fake.token('tok_0')).toMatchObject({ kind: 'api-key', scopes: ['messages'] });
    expect(dialog()).toContain('X-API-Key');
  });

  it('asks for the PIN before it shows one again', async () => {
    fake.pin = '1234';
    fake.add({ id: 'a', name: 'ci' });
    await open();
    await press('Use ci');
    await shown(() => expect(dialog()).toContain('PIN needed'));
    await fill('PIN', '1234');
    await press('Confirm');
    await shown(() => expect(dialog()).toContain('Ready to run'));
  });

  it('ends a token at once and brings it back', async () => {
    fake.add({ id: 'a', name: 'ci' });
    await open();
    await press('Revoke ci');
    await shown(() => expect(button('Undo revoking ci')).toBeTruthy());
    expect(rows()).toEqual([expect.stringContaining('Revoked')]);
    await press('Undo revoking ci');
    await shown(() => expect(rows()).toEqual([expect.stringContaining('Active')]));
  });

  it('says how many would end before it rotates, and is at the door after it', async () => {
    fake.add({ id: 'a' });
    fake.add({ id: 'b' });
    fake.add({ id: 'over', revokedAt: now - 1 });
    await open();
    await press('Rotate all');
    expect(dialog()).toContain('ends 2 active tokens');
    expect(document.querySelector('dialog')?.getAttribute('role')).toBe('alertdialog');
    await press('End them all');
    await shown(() => expect(app.page.textContent).toContain('Sign in to OpenClaw'));
  });

  it('shows what a test with that token brought', async () => {
    fake.add({ id: 'a', name: 'ci' });
    await open();
    await press('Use ci');
    await shown(() => expect(button('Test')).toBeTruthy());
    gateway.answers.set('POST /api/v1/messages', {
      status: 502,
      body: {
        status: 'failed',
        finalReply: '',
        toolCalls: [],
        durationMs: 5,
        messageId: 'm',
        sessionId: 's',
        agentId: 'main',
        usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
        traceId: 't',
        error: { code: 'MODEL_AUTH', message: 'bad key', retryable: false, hint: 'set one', traceId: 't' },
      },
    });
    await press('Test');
    await shown(() => expect(dialog()).toContain('The model provider refused the API key.'));
    expect(dialog()).toContain('set one');
    expect(gateway.requests.at(-1)?.authorization).toBe('Bearer secret-a');
  });
});
