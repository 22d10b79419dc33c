import { AppError } from '../../../src-shared/app-error.ts';
import type { ModelClient, ModelEvent, ModelRequest } from './model-client.ts';
import type { KnownModel } from './resolve-model.ts';

export type ModelChain = {
  readonly client: ModelClient;
  /** The one that was asked last. */
  readonly current: () => KnownModel;
};

type ChainOptions = {
  /** One at least, first choice first. */
  readonly candidates: readonly (() => Promise<KnownModel>)[];
  /** The client to ask a model through. */
  readonly through: (model: KnownModel) => ModelClient;
  /** The next one is asked in its place. */
  readonly onSwitch: (failed: AppError, next: KnownModel) => void;
};

/**
 * Models that stand in for each other within a turn: one that fails before it has said anything of an answer leaves it to the
 * next. Rejects as the last one does where none can be opened.
 */
export const openModelChain = async ({ candidates, through, onSwitch }: ChainOptions): Promise<ModelChain> => {
  let index = -1;
  /** Opens the next one that can be; null at the end. Throws what the last one of them said. */
  const openNext = async (): Promise<KnownModel | null> => {
    let failed: AppError | null = null;
    while (index < candidates.length - 1) {
      index += 1;
      try {
        const model = await candidates[index]?.();
        if (!model) break;
        if (failed) onSwitch(failed, model);
        return model;
      } catch (thrown) {
        failed = AppError.from(thrown);
        if (!leavesItToOthers(failed)) throw failed;
      }
    }
    if (failed) throw failed;
    return null;
  };

  const first = await openNext();
  if (!first) throw new AppError('INTERNAL', { cause: new Error('a chain of no models') });
  let model = first;

  const stream = async function* (request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    for (;;) {
      const failed: AppError | null = yield* answerOf(through(model).stream(request, signal), signal, index < candidates.length - 1);
      if (failed === null) return;
      try {
        const next = await openNext();
        if (next) {
          onSwitch(failed, next);
          model = next;
          continue;
        }
      } catch {
        // Of two that fail, the one that was asked says why.
      }
      yield { type: 'error', error: failed };
      return;
    }
  };

  return {
    client: candidates.length === 1 ? through(model) : { label: model.label, provider: model.provider, stream },
    current: () => model,
  };
};

/** Hands an answer on. @returns the error it ended with before anything was said, where another may be asked; else null */
const answerOf = async function* (
  events: AsyncIterable<ModelEvent>,
  signal: AbortSignal,
  hasOther: boolean,
): AsyncGenerator<ModelEvent, AppError | null> {
  let silent = true;
  for await (const event of events) {
    if (event.type === 'error' && silent && hasOther && !signal.aborted && leavesItToOthers(event.error)) return event.error;
    if (event.type === 'text' || event.type === 'tool_call') silent = false;
    yield event;
  }
  return null;
};

/** Another model may do better: it is the provider's fault or our key's, not the request's, and not our own stop. */
const leavesItToOthers = ({ code, retryable }: AppError): boolean =>
  code === 'MODEL_AUTH' || code === 'MODEL_UNREACHABLE' || (code.startsWith('MODEL_') && retryable);
