// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeGateway, startFakeGateway } from '../../testing/fake-gateway.ts';
import { type Rendered, renderConsole } from '../../testing/render.tsx';

/** What the rendered console takes for the time: the first day of 1970. */
const today = '1970-01-01';
const row = (key: string, costUsd = 0.5) => ({
  key,
  turns: 4,
  failed: 1,
  inputTokens: 1_000,
  outputTokens: 500,
  costUsd,
  durationMs: 8_000,
});
const budgets = {
  day: today,
  resetsAt: 86_400_000,
  meters: [{ what: 'all', id: null, limitUsd: 2, spentUsd: 1.5, reservedUsd: 0.25 }],
  warnings: ['no prices for model mystery'],
};

let gateway: FakeGateway;
let app: Rendered;
/** Null: nothing was used. */
let rows: ((by: string) => readonly unknown[]) | null;
const asked: string[] = [];

beforeEach(async () => {
  rows = (by) => (by === 'day' ? [row(today)] : [row(`${by}-one`, 0.1), row(`${by}-two`, 0.4)]);
  asked.length = 0;
  gateway = await startFakeGateway();
  gateway.serve = ({ path, query }) => {
    if (path === '/api/v1/usage/budgets') return { status: 200, body: budgets };
    if (path !== '/api/v1/usage') return null;
    asked.push(`${query.get('from')} ${query.get('to')} ${query.get('by')}`);
    return { status: 200, body: { from: query.get('from'), to: query.get('to'), rows: rows?.(query.get('by') ?? '') ?? [] } };
  };
});
afterEach(async () => {
  await app.close();
  await gateway.stop();
});

const open = async (language: 'en' | 'zh-CN' = 'en'): Promise<void> => {
  app = await renderConsole(gateway, { language });
  await app.change(() => app.console.navigation.go('usage'));
};
const text = (): string => app.page.textContent ?? '';
const table = (name: string): readonly (string | null)[] =>
  [...app.page.querySelectorAll(`section[aria-label="${name}"] table tbody tr`)].map(({ textContent }) => textContent);

describe.each(['en', 'zh-CN'] as const)('the usage page in %s', (language) => {
  it('has nothing for axe to find', async () => {
    await open(language);
    await app.shown(() => expect(app.page.querySelectorAll('table')).toHaveLength(7));
    expect(await app.violations()).toEqual([]);
  });
});

describe('the usage page', () => {
  it('shows sums, plots with a table beside each, and the dearest first', async () => {
    await open();
    await app.shown(() => expect(text()).toContain('$0.50'));
    expect(app.page.querySelectorAll('[role=img]')).toHaveLength(7);
    expect(table('By model')).toEqual(['model-two41,500$0.40', 'model-one41,500$0.10']);
    expect(table('Tokens by day')).toHaveLength(30);
    expect(table('Tokens by day')[0]).toBe(`${today}1,000500`);
  });

  it('shows how far budgets are used up, what is held, and what they cannot hold', async () => {
    await open();
    await app.shown(() => expect(text()).toContain('$1.50 of $2.00 ($0.25 held)'));
    expect(app.page.querySelector('[role=meter]')?.getAttribute('aria-valuenow')).toBe('1.75');
    expect(text()).toContain('no prices for model mystery');
  });

  it('asks for another range', async () => {
    await open();
    await app.shown(() => expect(table('Tokens by day')).toHaveLength(30));
    const week = [...app.page.querySelectorAll('button')].find(({ textContent }) => textContent === '7 days');
    await app.change(() => week?.click());
    await app.shown(() => expect(table('Tokens by day')).toHaveLength(7));
    expect(week?.getAttribute('aria-pressed')).toBe('true');
    expect(asked).toContain('1969-12-26 1970-01-01 day');
  });

  it('says that there is nothing, and what went wrong', async () => {
    rows = null;
    await open();
    await app.shown(() => expect(text()).toContain('Nothing was used'));
    gateway.answers.set('GET /api/v1/usage', {
      status: 403,
      body: { error: { code: 'SCOPE_MISSING', message: 'x', retryable: false, traceId: 't' } },
    });
    await app.change(() => app.console.usage.load());
    await app.shown(() => expect(text()).toContain('Usage could not be loaded'));
  });
});
