import type { ServerResponse } from 'node:http';
import { AppError } from '../../src-shared/app-error.ts';

/** So much of each body counts for nothing: the cap on connections bounds it, and what is short – the brake – always comes through. */
const freeBytes = 64 * 1024;
const retryAfterMs = 1_000;

/** Says how much memory one body takes from now on, in bytes. @throws AppError BODIES_FULL: then it takes as much as before */
export type HoldBody = (bytes: number) => void;

/** What the bodies of all requests under way may take of this process's memory together, as the bytes that came in. */
export type BodyBudget = {
  /** For one request: given back when its answer has ended, or its client is gone. */
  readonly open: (response: ServerResponse) => HoldBody;
  /** In bytes. */
  readonly held: () => number;
};

/** @param most in bytes; a lower one than is held already lets nothing in until it fits again */
export const createBodyBudget = (most: () => number): BodyBudget => {
  let total = 0;
  return {
    open: (response) => {
      let own = 0;
      let over = response.closed;
      response.once('close', () => {
        over = true;
        total -= own;
      });
      return (bytes) => {
        if (over) return;
        const wanted = Math.max(0, bytes - freeBytes);
        if (wanted > own && total + wanted - own > most()) throw full(most());
        total += wanted - own;
        own = wanted;
      };
    },
    held: () => total,
  };
};

const full = (most: number): AppError =>
  new AppError('BODIES_FULL', {
    message: `The requests under way take all the memory there is for their bodies (${most / 1024 / 1024} MiB).`,
    hint: 'Ask again in a moment, or send less at once. An operator can raise gateway.limits.bodiesMb.',
    retryAfterMs,
  });
