import { AppError } from '../../../src-shared/app-error.ts';
import type { RouteAnswer, RouteInput } from '../../../src-shared/contract/rest.ts';
import type { Clock } from '../../gateway-ports.ts';
import type { ModelClient } from './model-client.ts';
import type { ModelRegistry } from './resolve-model.ts';

type Result = RouteAnswer<'testModel'>['body'];
type Ports = { readonly models: Pick<ModelRegistry, 'clientFor'>; readonly clock: Clock; readonly traceId: string };

const mostMs = 20_000;
const replyMost = 500;

/** One real call with a few words. What goes wrong is in the result. */
export const testModel = async ({ model, key }: RouteInput<'testModel'>['body'], { models, clock, traceId }: Ports): Promise<Result> => {
  const startedAt = clock.monotonic();
  const limit = new AbortController();
  const cancelLimit = clock.after(mostMs, () => limit.abort());
  const result = { model: model.model ?? model.provider, reply: '' };
  let error: AppError | null = null;
  try {
    const client = await models.clientFor(model, key ?? null);
    result.model = client.label;
    result.reply = await firstWords(client, traceId, limit.signal);
  } catch (thrown) {
    error = AppError.from(thrown);
  } finally {
    cancelLimit();
  }
  if (limit.signal.aborted)
    error = new AppError('MODEL_TIMEOUT', { message: `${result.model} did not answer within ${mostMs / 1000} seconds.` });
  return {
    ...result,
    ok: error === null,
    durationMs: Math.round(clock.monotonic() - startedAt),
    ...(error === null
      ? {}
      : { error: { code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) } }),
  };
};

const firstWords = async (client: ModelClient, traceId: string, signal: AbortSignal): Promise<string> => {
  const request = { system: '', messages: [{ role: 'user' as const, content: 'Say hello in one short sentence.' }], tools: [], traceId };
  let reply = '';
  for await (const event of client.stream(request, signal)) {
    if (event.type === 'error') throw event.error;
    if (event.type === 'text') reply += event.text;
    // One that does not stop has shown that it works.
    if (reply.length >= replyMost) break;
  }
  return reply.trim().slice(0, replyMost);
};
