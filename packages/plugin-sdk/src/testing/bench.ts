import type { ChannelPlugin } from '../channel-plugin.ts';
import { createChannel } from '../runtime/create-channel.ts';
import { expect, within } from './expect.ts';
import { createFakeHost, type FakeHost, usualPatienceMs } from './fake-host.ts';
import type { Ability, FakePlatform } from './fake-platform.ts';
import type { TestedChannel } from './tested-channel.ts';

/** One channel between a fake gateway and a fake platform. */
export type Bench = {
  readonly host: FakeHost;
  readonly platform: FakePlatform;
  readonly patienceMs: number;
  readonly channel: ChannelPlugin;
  /** Resolves when the channel has said that it is online, or has said nothing. */
  readonly start: () => Promise<void>;
  /** As the gateway does it. */
  readonly stop: () => Promise<void>;
  /** Another of its kind, with a platform of its own. */
  readonly another: (run: (bench: Bench) => Promise<void>) => Promise<void>;
};

export type Check = {
  readonly name: string;
  readonly needs?: readonly Ability[];
  /** Called with a channel that is not started. */
  readonly run: (bench: Bench) => Promise<void>;
};

const startMost = 30_000;
const stopMost = 5_000;

export const withBench = async (tested: TestedChannel, run: Check['run']): Promise<void> => {
  const host = createFakeHost(tested);
  const platform = await tested.platform(host);
  try {
    const ctx = host.context(platform);
    const channel = createChannel(await tested.create(platform), ctx.onMessage);
    let stopped = false;
    const stop = async (): Promise<void> => {
      stopped = true;
      host.abort();
      await within(stopMost, 'stop() resolves', Promise.resolve(channel.stop?.()));
    };
    const start = async (): Promise<void> => {
      await within(startMost, 'start(ctx) resolves', Promise.resolve(channel.start?.(ctx)));
      await host.until('the channel calls ctx.setStatus("online")', () => (host.statuses.at(-1)?.status ?? 'online') === 'online');
    };
    try {
      await run({
        host,
        platform,
        patienceMs: tested.patienceMs ?? usualPatienceMs,
        channel,
        start,
        stop,
        another: (more) => withBench(tested, more),
      });
      expectNoSecret(host, platform);
    } finally {
      if (!stopped) await stop();
    }
  } finally {
    await platform.close();
  }
};

/** Logs are shown, kept and sent to others. */
const expectNoSecret = ({ logged, statuses }: FakeHost, { secrets = {} }: FakePlatform): void => {
  for (const [name, secret] of Object.entries(secrets))
    expect(
      ![...logged, ...statuses.map(({ detail }) => detail ?? '')].some((line) => line.includes(secret)),
      `The log has the secret ${name} in it.`,
    );
};
