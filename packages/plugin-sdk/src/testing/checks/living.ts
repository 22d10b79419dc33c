import type { Check } from '../bench.ts';
import { expect, rejection, show } from '../expect.ts';
import { message } from './messages.ts';

export const living: readonly Check[] = [
  {
    name: 'comes online',
    run: async ({ host, start }) => {
      await start();
      for (const { status } of host.statuses)
        expect(['connecting', 'online'].includes(status), `On its way online it said ${show(host.statuses)}.`);
    },
  },
  {
    name: 'says so when its credentials are refused from the start',
    needs: ['auth'],
    run: async ({ channel, host, platform }) => {
      platform.refuse({ because: 'auth' });
      const isAuth = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === 'AUTH';
      const thrown = await settled(channel.start?.(host.context(platform)));
      if (thrown !== null) return expect(isAuth(thrown), `A ChannelError with code AUTH is due; start threw ${String(thrown)}.`);
      // A channel that waits to be called finds out when it is asked.
      if (channel.health && isAuth(await settled(channel.health()))) return;
      await host.until(
        'the channel calls ctx.setStatus("needs-auth"), or start or health throws AUTH',
        () => host.statuses.at(-1)?.status === 'needs-auth',
      );
    },
  },
  {
    name: 'answers for its health',
    run: async ({ channel, platform, start }) => {
      if (!channel.health) return;
      await start();
      await channel.health();
      platform.refuse({ because: 'down' });
      await rejection(channel.health(), 'health() resolved, and the platform was down.');
      platform.refuse(null);
      await channel.health();
    },
  },
  {
    name: 'can be stopped before it was started, and twice',
    run: async ({ stop, another }) => {
      await stop();
      await another(async (other) => {
        await other.start();
        await other.stop();
        await other.stop();
      });
    },
  },
  {
    name: 'keeps two of its kind apart',
    run: async ({ channel, host, platform, start, another }) => {
      await start();
      await another(async (other) => {
        await other.start();
        await other.channel.sendMessage(other.platform.to, message('1', 'there'));
        await channel.sendMessage(platform.to, message('1', 'here'));
        expect(
          platform
            .sent()
            .map(({ text }) => text)
            .join() === 'here' &&
            other.platform
              .sent()
              .map(({ text }) => text)
              .join() === 'there',
          `What one sent came to the other: ${show(platform.sent())}, ${show(other.platform.sent())}.`,
        );
        await other.platform.say?.({ id: '101', text: 'there', from: 'person' });
        expect(host.heard.length === 0, `What was said to one was heard by the other: ${show(host.heard)}.`);
      });
    },
  },
  {
    name: 'lets go of everything when it is stopped',
    run: async ({ another }) => {
      const before = openHandles();
      // Five, so that what others in this process close meanwhile does not hide what each of them leaves.
      for (const _ of [1, 2, 3, 4, 5])
        await another(async ({ channel, platform, start }) => {
          await start();
          await channel.sendMessage(platform.to, message('1', 'hello'));
          await platform.say?.({ id: '101', text: 'hello', from: 'person' });
        });
      const left = (): readonly string[] => {
        const now = openHandles();
        const count = (of: readonly string[], kind: string) => of.filter((name) => name === kind).length;
        return [...new Set(now)].filter((kind) => count(now, kind) >= count(before, kind) + 4);
      };
      // Sockets close in their own time, which nobody is told of.
      for (let tries = 0; tries < 60 && left().length > 0; tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
      expect(left().length === 0, `It left open: ${left().join(', ')}.`);
    },
  },
];

/** Those that keep a process alive and that a channel can make. Of Node; elsewhere there are none. */
const openHandles = (): readonly string[] => {
  const { process } = globalThis as { process?: { getActiveResourcesInfo?: () => readonly string[] } };
  return (process?.getActiveResourcesInfo?.() ?? []).filter((name) =>
    /^(TCP|TLS|UDP|Timeout|FSEvent|Process|Worker|MessagePort)/i.test(name),
  );
};

/** @returns what it rejected with, else null */
const settled = (promise: unknown): Promise<unknown> =>
  Promise.resolve(promise).then(
    () => null,
    (error: unknown) => error,
  );
