import { AppError } from '../../../src-shared/app-error.ts';
import type { ModelClient, ModelEvent, ModelRequest } from '../models/model-client.ts';
import type { KnownModel } from '../models/resolve-model.ts';
import type { TurnBudget } from './budgets.ts';
import { costOf, estimateCall, type Tokens, tokensOfBytes } from './estimate-call.ts';
import type { Hold } from './meter.ts';

/**
 * The model, which asks the budget before each call and settles after it, however the call ends. What a provider does not tell –
 * it tells nothing of a call that was cut off – is estimated: it is paid for all the same.
 */
export const budgeted = (model: KnownModel, budget: TurnBudget): ModelClient => ({
  label: model.label,
  provider: model.provider,
  stream: (request, signal) => ({ [Symbol.asyncIterator]: () => runCall(model, budget, request, signal) }),
});

const runCall = (model: KnownModel, budget: TurnBudget, request: ModelRequest, signal: AbortSignal): AsyncIterator<ModelEvent> => {
  const estimate = estimateCall(request, model.maxOutputTokens ?? null);
  let inner: AsyncIterator<ModelEvent> | null = null;
  let held: Hold | null = null;
  let told: Tokens | null = null;
  let saidBytes = 0;
  let over = false;

  const spent = (): Tokens => {
    if (told) return told;
    return saidBytes === 0 ? { inputTokens: 0, outputTokens: 0 } : { ...estimate, outputTokens: tokensOfBytes(saidBytes) };
  };
  const settle = (): void => {
    over = true;
    held?.settle(costOf(spent(), model.prices));
  };
  const look = (result: IteratorResult<ModelEvent>): IteratorResult<ModelEvent> => {
    if (result.done === true) settle();
    else note(result.value);
    return result;
  };
  const note = (event: ModelEvent): void => {
    switch (event.type) {
      case 'text':
      case 'reasoning':
        saidBytes += Buffer.byteLength(event.text);
        break;
      case 'tool_call':
        saidBytes += Buffer.byteLength(event.call.argumentsJson);
        break;
      case 'usage':
        told = event;
        break;
      case 'end':
      case 'error':
        settle();
        break;
    }
  };

  const begin = async (): Promise<IteratorResult<ModelEvent>> => {
    try {
      held = await budget.reserve(costOf(estimate, model.prices));
    } catch (thrown) {
      over = true;
      return { value: { type: 'error', error: AppError.from(thrown) }, done: false };
    }
    // Left while the budget was asked: nothing was sent.
    if (over) {
      held.settle(0);
      return { value: undefined, done: true };
    }
    inner = model.stream(request, signal)[Symbol.asyncIterator]();
    return next();
  };
  const next = async (): Promise<IteratorResult<ModelEvent>> => {
    if (inner === null) return over ? { value: undefined, done: true } : begin();
    try {
      return look(await inner.next());
    } catch (thrown) {
      settle();
      throw thrown;
    }
  };

  return {
    next,
    return: async () => {
      settle();
      await inner?.return?.();
      return { value: undefined, done: true };
    },
  };
};
