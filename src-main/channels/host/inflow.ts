import type { Clock } from '../../gateway-ports.ts';
import { createTokenBucket } from './token-bucket.ts';

/** What the gateway works at for one process; what is more waits in the pipe, and so in the plugin's own memory. */
const callsAtOnce = 64;
const bytesAtOnce = 32 * 1024 * 1024;
/** Which cost the gateway a twentieth of a core. A burst of as many is taken at once. */
const callsPerSecond = 1_000;
const burst = 1_000;
/** Waiting is in small portions, so that others are served in between. */
const waitMs = 50;
const floodMs = 2 * 60_000;

/** How much of one process the gateway takes in. */
export type Inflow = {
  /** A call of that size has come, and is worked at until the function that it returns is called. */
  readonly begin: (size: number) => () => void;
  /** Whether anything had to wait since this was asked last. */
  readonly wasHeld: () => boolean;
};

/**
 * @param on.hold whether to stop reading
 * @param on.flooded it has sent as much as it may, and that for long
 */
export const createInflow = (
  clock: Pick<Clock, 'monotonic' | 'after'>,
  on: { readonly hold: (held: boolean) => void; readonly flooded: (why: string) => void },
): Inflow => {
  let calls = 0;
  let bytes = 0;
  const bucket = createTokenBucket(clock, callsPerSecond, burst);
  /** Since when it sends as much as it may. */
  let busySince: number | null = null;
  let waits = false;
  let held = false;
  const isHeld = (): boolean => waits || calls >= callsAtOnce || bytes >= bytesAtOnce;
  const hold = (): void => {
    held ||= isHeld();
    on.hold(isHeld());
  };

  const count = (): void => {
    if (bucket.left() > burst / 2) busySince = null;
    bucket.take();
    if (bucket.left() >= 1 || waits) return;
    const now = clock.monotonic();
    busySince ??= now;
    if (now - busySince >= floodMs) {
      on.flooded(`It called ${callsPerSecond} times a second, for ${floodMs / 60_000} minutes.`);
      return;
    }
    waits = true;
    clock.after(waitMs, () => {
      waits = false;
      hold();
    });
  };

  return {
    begin: (size) => {
      calls += 1;
      bytes += size;
      count();
      hold();
      return () => {
        calls -= 1;
        bytes -= size;
        hold();
      };
    },
    wasHeld: () => {
      const was = held;
      held = isHeld();
      return was;
    },
  };
};
