import type { Clock } from '../../gateway-ports.ts';

/** What the gateway works at for one process; what is more waits in the pipe, and so in the plugin's own memory. */
const callsAtOnce = 64;
const bytesAtOnce = 32 * 1024 * 1024;
const messagesPerSecond = 5_000;
const fullSecondsMost = 30;

/** How much of one process the gateway takes in. */
export type Inflow = {
  /** One more message was read. */
  readonly count: () => void;
  /** A call of that size is worked at, until the function that it returns is called. */
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
  let second = { from: clock.monotonic(), messages: 0, full: 0 };
  let waits = false;
  let held = false;
  const isHeld = (): boolean => waits || calls >= callsAtOnce || bytes >= bytesAtOnce;

  const hold = (): void => {
    held ||= isHeld();
    on.hold(isHeld());
  };

  return {
    wasHeld: () => {
      const was = held;
      held = isHeld();
      return was;
    },
    count: () => {
      const now = clock.monotonic();
      if (now - second.from >= 1_000) second = { from: now, messages: 0, full: now - second.from < 2_000 ? second.full : 0 };
      second.messages += 1;
      if (second.messages < messagesPerSecond || waits) return;
      second.full += 1;
      if (second.full >= fullSecondsMost) {
        on.flooded(`It sent more than ${messagesPerSecond} messages a second, for ${fullSecondsMost} s.`);
        return;
      }
      waits = true;
      hold();
      clock.after(second.from + 1_000 - now, () => {
        waits = false;
        hold();
      });
    },
    begin: (size) => {
      calls += 1;
      bytes += size;
      hold();
      return () => {
        calls -= 1;
        bytes -= size;
        hold();
      };
    },
  };
};
