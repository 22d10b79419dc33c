import * as z from 'zod';
import { AppError } from '../../src-shared/app-error.ts';
import { type Stop, type StopTarget, stopSchema } from '../../src-shared/contract/rest.ts';
import type { Clock } from '../gateway-ports.ts';
import type { Database } from '../storage/database.ts';
import type { TurnRequest } from './turn.ts';

const metaKey = 'stops';

/** What of a turn a stop can name. */
export type StopSubject = Pick<TurnRequest, 'agentId' | 'ownerId' | 'channel'> & { readonly session: { readonly id: string } };

/** What an operator has stopped. Kept in the database, so that a restart releases nothing. */
export type Stops = {
  readonly list: () => readonly Stop[];
  /** The stop that holds this turn back, or null. */
  readonly holding: (turn: StopSubject) => Stop | null;
  /** In force at once, resolves when it is on the disk. One that is there already keeps its time. */
  readonly add: (target: StopTarget) => Promise<void>;
  /** `all` removes every stop. Resolves when that is on the disk; where it cannot get there, the stop stays. */
  readonly remove: (target: StopTarget) => Promise<void>;
  /** Told after each change, on the disk or not yet. Returns its undo. */
  readonly onChange: (listener: () => void) => () => void;
};

export const openStops = async (database: Database, clock: Pick<Clock, 'now'>): Promise<Stops> => {
  const kept = await database.read({ op: 'meta.get', key: metaKey });
  let stops: readonly Stop[] = kept === null ? [] : z.array(stopSchema).parse(JSON.parse(kept));
  const listeners = new Set<() => void>();

  const become = async (next: readonly Stop[]): Promise<void> => {
    stops = next;
    for (const listener of listeners) listener();
    await database.write([{ op: 'meta.set', key: metaKey, value: next.length === 0 ? null : JSON.stringify(next) }]);
  };

  return {
    list: () => stops,
    holding: (turn) => stops.find((stop) => matches(stop, turn)) ?? null,
    add: async ({ what, id = null }) => {
      const since = stops.find((stop) => stop.what === what && stop.id === id)?.since ?? clock.now();
      await become([...stops.filter((stop) => stop.what !== what || stop.id !== id), { what, id, since }]);
    },
    remove: async ({ what, id = null }) => {
      const released = stops.filter((stop) => what === 'all' || (stop.what === what && stop.id === id));
      await become(stops.filter((stop) => !released.includes(stop))).catch(async (error: unknown) => {
        await become([...stops, ...released]).catch(() => undefined);
        throw error;
      });
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

const matches = ({ what, id }: Stop, turn: StopSubject): boolean =>
  ({
    all: true,
    agent: turn.agentId === id,
    session: turn.session.id === id,
    token: turn.ownerId === id,
    channel: turn.channel === id,
  })[what];

/** For what somebody begins that is no turn: of no agent, session or channel. @throws AppError STOPPED */
export const requireNoStop = (stops: Pick<Stops, 'holding'>, ownerId: string): void => {
  const stop = stops.holding({ agentId: '', ownerId, channel: '', session: { id: '' } });
  if (stop) throw stoppedError(stop);
};

/** Why a turn does not begin, and how to let it. */
export const stoppedError = ({ what, id, since }: Stop): AppError =>
  new AppError('STOPPED', {
    message: `An operator has stopped ${what === 'all' ? 'everything' : `the ${what} "${id}"`} since ${new Date(since).toISOString().slice(0, 19)}Z.`,
    hint: `Start again: openclaw start${what === 'all' ? '' : ` ${what} ${id}`}, the tray of the desktop app, or POST /api/v1/start.`,
    details: { what, id, since },
  });
