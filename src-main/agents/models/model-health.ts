import type { AppError } from '../../../src-shared/app-error.ts';
import type { ModelClient, ModelEvent } from './model-client.ts';

/** As `/api/v1/status` shows it. `model` is the id from config, or the provider where the model was found without one. */
export type ModelHealth = {
  readonly model: string;
  readonly provider: string;
  readonly state: 'unknown' | 'ok' | 'failing';
  readonly detail: string;
};

export type HealthBook = {
  readonly note: (model: string, provider: string, state: ModelHealth['state'], detail: string) => void;
  /** Adds a model nobody has asked yet. */
  readonly expect: (model: string, provider: string) => void;
  readonly forget: (model: string) => void;
  readonly all: () => readonly ModelHealth[];
};

export const createHealthBook = (): HealthBook => {
  const book = new Map<string, ModelHealth>();
  const note: HealthBook['note'] = (model, provider, state, detail) => {
    book.set(model, { model, provider, state, detail });
  };
  return {
    note,
    expect: (model, provider) => {
      if (!book.has(model)) note(model, provider, 'unknown', 'not asked yet');
    },
    forget: (model) => void book.delete(model),
    all: () => [...book.values()],
  };
};

/** The client, with the outcome of each stream told. A stream the caller aborted tells nothing about the model. */
export const observed = (client: ModelClient, onEnd: (error: AppError | null) => void): ModelClient => ({
  ...client,
  stream: (request, signal) => ({
    [Symbol.asyncIterator]: () => {
      const inner = client.stream(request, signal)[Symbol.asyncIterator]();
      const look = (result: IteratorResult<ModelEvent>): IteratorResult<ModelEvent> => {
        if (result.done === true) return result;
        if (result.value.type === 'end') onEnd(null);
        else if (result.value.type === 'error' && !signal.aborted) onEnd(result.value.error);
        return result;
      };
      return {
        next: () => inner.next().then(look),
        return: () => inner.return?.() ?? Promise.resolve({ value: undefined, done: true }),
      };
    },
  }),
});
