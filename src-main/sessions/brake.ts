import type { Logger } from 'pino';
import type { RouteAnswer, RouteInput, StopTarget } from '../../src-shared/contract/rest.ts';
import type { Stops } from './stops.ts';
import type { TurnEngine } from './turn-engine.ts';

/** The emergency brake: what it holds ends at once, and nothing of it begins until it is released, also after a restart. */
export type Brake = {
  /** @returns how many turns were cancelled */
  readonly pull: (target: StopTarget) => Promise<number>;
  /** Turns that a restart had left waiting go on. */
  readonly release: (target: StopTarget) => Promise<void>;
};

export const createBrake = ({
  stops,
  engine,
  log,
}: {
  readonly stops: Stops;
  readonly engine: Pick<TurnEngine, 'cancelWhere' | 'resume'>;
  readonly log: Logger;
}): Brake => ({
  pull: async (target) => {
    const onDisk = stops.add(target);
    // Not after the disk: an emergency does not wait for one.
    const cancelled = engine.cancelWhere((request) => stops.holding(request) !== null);
    log.warn({ source: 'brake', ...target, cancelled }, `stopped ${nameOf(target)}`);
    await onDisk;
    return cancelled;
  },
  release: async (target) => {
    await stops.remove(target);
    log.warn({ source: 'brake', ...target }, `started again ${nameOf(target)}`);
    await engine.resume();
  },
});

const nameOf = ({ what, id }: StopTarget): string => (what === 'all' ? 'everything' : `${what} ${id}`);

type Ids = 'stop' | 'start';
export type BrakeRoutes = { readonly [Id in Ids]: (input: RouteInput<Id>) => Promise<RouteAnswer<Id>> };

export const createBrakeRoutes = (brake: Brake, stops: Stops): BrakeRoutes => ({
  stop: async ({ body }) => {
    const cancelled = await brake.pull(body);
    return { status: 200, body: { stops: [...stops.list()], cancelled } };
  },
  start: async ({ body }) => {
    await brake.release(body);
    return { status: 200, body: { stops: [...stops.list()] } };
  },
});
