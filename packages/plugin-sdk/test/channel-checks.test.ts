import { describe, expect, test } from 'vitest';
import { testChannel } from '../src/testing/index.ts';
import { type Defect, httpChannel } from './http-channel.ts';
import { startHttpPlatform } from './http-platform.ts';

const checksOf = (defect?: Defect, patienceMs = 15_000) =>
  testChannel({ create: () => httpChannel(defect), platform: startHttpPlatform, patienceMs });

describe('a channel that does everything', () => {
  for (const { name, run } of checksOf()) test(name, run);
});

/** Each defect, and a check that has to find it. */
const defects: Readonly<Record<Defect, string>> = {
  'sends twice': 'sends a text to whom it is for',
  'edits by sending': 'replaces what it has sent, where it can',
  'chokes on Markdown': 'sends Markdown, where it says that it does, also where it is broken',
  'loses characters': 'sends every character as it is',
  'cuts long texts': 'sends texts as long as its capabilities say',
  'one receipt for all': 'gives each message a receipt of its own, and keeps their order',
  'plain errors': 'says AUTH when its credentials are refused',
  'no retry-after': 'says RATE_LIMIT, and for how long',
  'files left out': 'sends files, where it says that it does',
  'threads left out': 'answers in the thread, where it says that it does',
  'buttons left out': 'shows buttons, where it says that it does, and hands over who pressed one',
  'acknowledges first': 'acknowledges a message only when the gateway has it',
  'acknowledges what was refused': 'leaves a message that the gateway refused to be delivered again, under the same id',
  'ids by time': 'leaves a message that the gateway refused to be delivered again, under the same id',
  'answers bots': 'does not talk to other programs',
  'answers itself': 'does not talk to itself',
  'waits no more': 'comes back when the connection is lost',
  'always healthy': 'answers for its health',
  'never online': 'comes online',
  'leaks a timer': 'lets go of everything when it is stopped',
  'logs the token': 'comes online',
  'hangs at the end': 'can be stopped before it was started, and twice',
  'shares its state': 'keeps two of its kind apart',
};

const find = async ([defect, finder]: readonly [string, string]): Promise<void> => {
  const check = checksOf(defect as Defect, 2_000).find(({ name }) => name === finder);
  await expect(check?.run()).rejects.toThrow();
};
// What a process has open can be counted only when nothing else runs in it.
const [counted, others] = [true, false].map((counts) =>
  Object.entries(defects).filter(([defect]) => (defect === 'leaks a timer') === counts),
);

describe('finds a channel that', () => test.each(counted ?? [])('%s', (...row) => find(row)));
describe.concurrent('finds a channel that', () => test.each(others ?? [])('%s', (...row) => find(row)));

test('what a platform cannot do is left out', () => {
  const some = testChannel({ create: () => httpChannel(), platform: startHttpPlatform, lacks: ['inbound', 'auth'] });
  expect(some.length).toBeLessThan(checksOf().length);
  expect(some.map(({ name }) => name)).not.toContain('hands over what somebody says');
});
