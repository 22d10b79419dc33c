import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src-shared/app-error.ts';
import { startTestGateway } from '../../testing/test-gateway.ts';
import { type Reply, scriptModel } from '../../testing/upstream.ts';
import { openModelChain } from './model-chain.ts';
import type { ModelEvent } from './model-client.ts';
import type { KnownModel } from './resolve-model.ts';

const failing = (status: number): Reply => ({ kind: 'error', status, message: 'no' });
const text = (content: string): Reply => ({ kind: 'text', chunks: [content] });

const start = async (first: Reply, others: Readonly<Record<string, Reply>>) => {
  const entry = async (reply: Reply, more: object = {}) => {
    const upstream = await scriptModel(() => reply);
    return { provider: 'openai-compatible', baseUrl: upstream.url, model: 'scripted', ...more };
  };
  const models: Record<string, unknown> = { first: await entry(first, { fallback: Object.keys(others) }) };
  for (const [id, reply] of Object.entries(others)) models[id] = await entry(reply, { prices: { input: 1, output: 1 } });
  return startTestGateway({ config: { models } });
};

describe('a model with fallbacks', () => {
  it('leaves it to the next one where its key is refused; the one that answered is recorded and paid', async () => {
    const t = await start(failing(401), { second: failing(401), third: text('from the third') });
    const { json } = await t.post({ content: 'hi' });
    expect(json).toMatchObject({ status: 'completed', finalReply: 'from the third' });
    expect(json.usage.costUsd).toBeGreaterThan(0);
    const { requests } = (await t.call('GET', '/api/v1/requests', { token: t.admin })).json;
    expect(requests[0].model).toBe('third');
  });

  it('asks nobody else where the request itself is at fault', async () => {
    const t = await start(failing(400), { second: text('never') });
    expect((await t.post({ content: 'hi' })).json.error.code).toBe('MODEL_REJECTED');
  });

  it('asks nobody else once something was said', async () => {
    const t = await start({ kind: 'cut', chunks: ['half an ans'] } as never, { second: text('never') });
    expect((await t.post({ content: 'hi' })).json).toMatchObject({ finalReply: 'half an ans', error: { code: 'MODEL_CUT_OFF' } });
  });

  it('fails as the first one did where none answers', async () => {
    const t = await start(failing(401), { second: failing(400) });
    expect((await t.post({ content: 'hi' })).json).toMatchObject({ status: 'failed' });
  });

  it('says who failed and who is asked, and stays with the one that answered', async () => {
    const asked: string[] = [];
    const model = (id: string, events: readonly ModelEvent[]): KnownModel => ({
      ...{ id, label: id, provider: 'offline', prices: null },
      stream: async function* () {
        asked.push(id);
        yield* events;
      },
    });
    const failed = new AppError('MODEL_TIMEOUT');
    const broken = model('a', [
      { type: 'reasoning', text: 'hm' },
      { type: 'error', error: failed },
    ]);
    const works = model('b', [
      { type: 'text', text: 'yes' },
      { type: 'end', reason: 'stop' },
    ]);
    const switches: unknown[] = [];
    const chain = await openModelChain({
      candidates: [async () => broken, async () => works],
      through: (one) => one,
      onSwitch: (error, next) => switches.push([error.code, next.id]),
    });
    const ask = async (): Promise<ModelEvent[]> => {
      const events: ModelEvent[] = [];
      const request = { system: '', messages: [], tools: [], traceId: 't' };
      for await (const event of chain.client.stream(request, new AbortController().signal)) events.push(event);
      return events;
    };
    expect((await ask()).map(({ type }) => type)).toEqual(['reasoning', 'text', 'end']);
    await ask();
    expect({ asked, switches, current: chain.current().id }).toEqual({
      asked: ['a', 'b', 'b'],
      switches: [['MODEL_TIMEOUT', 'b']],
      current: 'b',
    });
  });
});
