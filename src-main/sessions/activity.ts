import type { Activity } from '../gateway-ports.ts';
import type { Stops } from './stops.ts';
import type { TurnEngine } from './turn-engine.ts';

/** What goes on, out of turns and stops, each change told once. */
export const watchActivity = (
  engine: Pick<TurnEngine, 'underWay' | 'onChange'>,
  stops: Pick<Stops, 'list' | 'onChange'>,
  told: (activity: Activity) => void,
): (() => void) => {
  let last: Activity = { turns: 0, stopped: false };
  const look = (): void => {
    const next = { turns: engine.underWay(), stopped: stops.list().some(({ what }) => what === 'all') };
    if (next.turns === last.turns && next.stopped === last.stopped) return;
    last = next;
    told(next);
  };
  const undo = [engine.onChange(look), stops.onChange(look)];
  look();
  return () => {
    for (const step of undo) step();
  };
};
