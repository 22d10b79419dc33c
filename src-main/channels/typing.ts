import type { Clock } from '../gateway-ports.ts';
import { PluginFailure } from './plugin-failure.ts';
import type { KeptPlugin } from './plugin-host.ts';

/** Platforms show it for some five seconds. */
const everyMs = 4_000;

/** Shows that somebody writes, until undone. A channel that cannot is asked once. */
export const createTyping = (
  plugin: Pick<KeptPlugin, 'setTyping' | 'health'>,
  clock: Pick<Clock, 'after'>,
): ((to: string, threadId: string | undefined) => () => void) => {
  let isKnown = true;

  const tell = (to: string, typing: boolean, threadId: string | undefined): void => {
    if (!isKnown || plugin.health().state !== 'running') return;
    plugin.setTyping(to, typing, threadId).catch((error: unknown) => {
      if (error instanceof PluginFailure && error.code === 'UNSUPPORTED') isKnown = false;
    });
  };

  return (to, threadId) => {
    let cancel = (): void => undefined;
    const again = (): void => {
      tell(to, true, threadId);
      if (isKnown) cancel = clock.after(everyMs, again);
    };
    again();
    return () => {
      cancel();
      tell(to, false, threadId);
    };
  };
};
