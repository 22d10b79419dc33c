import { createHash } from 'node:crypto';
import type { Clock } from '../gateway-ports.ts';
import type { ModelMessage } from './models/model-client.ts';

/**
 * What an agent did itself in a turn that ended with calls of the client's tools. The client knows nothing of it and
 * cannot send it along; without it the model would do it all again. In memory only, for a few minutes.
 */
export type OwnSteps = {
  /** @param said up to those steps, as the client has it */
  readonly keep: (ownerId: string, said: readonly ModelMessage[], steps: readonly ModelMessage[]) => void;
  /** The conversation as a client brought it, with the steps where they were. */
  readonly restore: (ownerId: string, brought: readonly ModelMessage[]) => readonly ModelMessage[];
};

const keptMs = 10 * 60_000;
const keptMost = 200;

export const createOwnSteps = (clock: Pick<Clock, 'monotonic'>): OwnSteps => {
  const kept = new Map<string, { readonly steps: readonly ModelMessage[]; readonly until: number }>();
  const forgetOld = (): void => {
    for (const [key, { until }] of kept) if (until <= clock.monotonic() || kept.size > keptMost) kept.delete(key);
  };
  return {
    keep: (ownerId, said, steps) => {
      if (steps.length === 0) return;
      kept.set(keyOf(ownerId, said), { steps, until: clock.monotonic() + keptMs });
      forgetOld();
    },
    restore: (ownerId, brought) => {
      forgetOld();
      if (kept.size === 0) return brought;
      return brought.flatMap((message, index) =>
        message.role === 'assistant' && message.toolCalls.length > 0
          ? [...(kept.get(keyOf(ownerId, brought.slice(0, index)))?.steps ?? []), message]
          : [message],
      );
    },
  };
};

/** The whole of what was said before: an id of a call would not do, for some servers number them anew in every answer. */
const keyOf = (ownerId: string, said: readonly ModelMessage[]): string =>
  createHash('sha256')
    .update(JSON.stringify([ownerId, said.map(plain)]))
    .digest('base64url');

/** In one order of fields. */
const plain = (message: ModelMessage): readonly unknown[] => {
  if (message.role === 'user') return [message.role, message.content, message.images?.map(({ base64 }) => base64) ?? []];
  if (message.role === 'tool') return [message.role, message.toolCallId, message.content];
  return [message.role, message.content, message.toolCalls.map(({ id, name, argumentsJson }) => [id, name, argumentsJson])];
};
