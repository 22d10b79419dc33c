import * as z from 'zod';
import type { Database } from '../../storage/database.ts';
import { type Meter, newMeter } from './meter.ts';

/** The meters of one UTC day, by `all`, `token:<id>` and `agent:<id>`. */
export type SpentToday = {
  readonly day: string;
  /** Resolves when what was spent before this start is in the meters. */
  readonly loaded: Promise<void>;
  readonly meter: (key: string) => Meter;
  /** Ids that something was counted for. */
  readonly ids: (what: 'token' | 'agent') => readonly string[];
  /** Keeps what is spent over a restart: turns that are under way are not in the sums of usage yet. Does not wait. */
  readonly save: () => void;
};

const metaKey = 'budget.spent';
const storedSchema = z.object({ day: z.string(), spent: z.record(z.string(), z.number().nonnegative()) });

/** @param from `new`: the day has just begun, nothing can have been spent */
export const createSpentToday = (database: Pick<Database, 'read' | 'write'>, day: string, from: 'read' | 'new'): SpentToday => {
  const meters = new Map<string, Meter>();
  const meter = (key: string): Meter => {
    const known = meters.get(key) ?? newMeter();
    meters.set(key, known);
    return known;
  };
  let saving = false;
  let dirty = false;

  const loaded = from === 'new' ? Promise.resolve() : load(database, day, meter);
  // Who needs it waits for it, and hears of it.
  loaded.catch(() => undefined);

  const save = (): void => {
    dirty = true;
    if (saving) return;
    saving = true;
    dirty = false;
    const spent = Object.fromEntries([...meters].map(([key, { spent }]) => [key, spent]));
    const done = (): void => {
      saving = false;
      if (dirty) save();
    };
    // Where the disk is full, the sums of usage are what the next start has.
    database.write([{ op: 'meta.set', key: metaKey, value: JSON.stringify({ day, spent }) }]).then(done, () => {
      saving = false;
    });
  };

  return {
    day,
    loaded,
    meter,
    save,
    ids: (what) => [...meters.keys()].filter((key) => key.startsWith(`${what}:`)).map((key) => key.slice(what.length + 1)),
  };
};

/** The sums of usage know every turn that has ended; what was saved knows those that had not. The larger one is right. */
const load = async (database: Pick<Database, 'read'>, day: string, meter: (key: string) => Meter): Promise<void> => {
  const sum = (by: 'day' | 'token' | 'agent') => database.read({ op: 'usage.sum', ownerId: null, from: day, to: day, by });
  const [days, tokens, agents, saved] = await Promise.all([
    sum('day'),
    sum('token'),
    sum('agent'),
    database.read({ op: 'meta.get', key: metaKey }),
  ]);
  const before = new Map<string, number>([
    ...days.map(({ costUsd }) => ['all', costUsd] as const),
    ...tokens.map(({ key, costUsd }) => [`token:${key}`, costUsd] as const),
    ...agents.map(({ key, costUsd }) => [`agent:${key}`, costUsd] as const),
  ]);
  const stored = saved === null ? null : storedSchema.parse(JSON.parse(saved));
  if (stored?.day === day) for (const [key, usd] of Object.entries(stored.spent)) before.set(key, Math.max(usd, before.get(key) ?? 0));
  for (const [key, usd] of before) meter(key).spent += usd;
};
