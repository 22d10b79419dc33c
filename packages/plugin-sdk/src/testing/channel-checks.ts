import { withBench } from './bench.ts';
import { hearing } from './checks/hearing.ts';
import { living } from './checks/living.ts';
import { sending } from './checks/sending.ts';
import type { TestedChannel } from './tested-channel.ts';

export type { TestedChannel } from './tested-channel.ts';

/** One thing that every channel does. `run` rejects with words for the channel's author. */
export type ChannelCheck = { readonly name: string; readonly run: () => Promise<void> };

/**
 * What the gateway relies on, as checks for any test runner:
 *
 *     for (const { name, run } of testChannel({ create: () => MyChannel, platform: startFake })) test(name, run);
 *
 * Each check starts a fake platform and a channel of its own, and lets both go.
 */
export const testChannel = (tested: TestedChannel): readonly ChannelCheck[] =>
  [...sending, ...hearing, ...living]
    .filter(({ needs = [] }) => !needs.some((ability) => tested.lacks?.includes(ability)))
    .map(({ name, run }) => ({ name, run: () => withBench(tested, run) }));
