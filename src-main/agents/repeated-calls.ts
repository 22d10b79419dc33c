import type { ModelToolCall } from './models/model-client.ts';

/** How often the very same call may give the very same result before it is not made any more. */
const sameMost = 3;
/** How often a model may insist after that before the turn is ended. */
const insistMost = 3;

/** Notices a model that goes round in circles: the same call, the same result. Looking again at what changes is no circle. */
export type RepeatedCalls = {
  /** What the model is told instead of a result; null: the call is to be made. */
  readonly refusal: (call: ModelToolCall) => string | null;
  readonly note: (call: ModelToolCall, result: string) => void;
  /** It was told, and goes on all the same. */
  readonly insists: () => boolean;
};

export const createRepeatedCalls = (): RepeatedCalls => {
  const seen = new Map<string, { result: string; times: number }>();
  let refused = 0;
  const keyOf = ({ name, argumentsJson }: ModelToolCall): string => `${name}\0${argumentsJson}`;
  return {
    refusal: (call) => {
      const entry = seen.get(keyOf(call));
      if (!entry || entry.times < sameMost) return null;
      refused += 1;
      return `This very call was made ${entry.times} times in this turn, always with the same result. It was not made again: do something else, or say what is in the way.`;
    },
    note: (call, result) => {
      const entry = seen.get(keyOf(call));
      seen.set(keyOf(call), { result, times: entry?.result === result ? entry.times + 1 : 1 });
    },
    insists: () => refused >= insistMost,
  };
};
