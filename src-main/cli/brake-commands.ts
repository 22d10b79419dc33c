import { AppError } from '../../src-shared/app-error.ts';
import { type Stop, type StopTarget, stopSchema } from '../../src-shared/contract/rest.ts';
import { systemClock } from '../clock.ts';
import { locateHome, prepareHome } from '../home.ts';
import { openStops, type Stops } from '../sessions/stops.ts';
import { openWorkerDatabase } from '../storage/worker-database.ts';
import { connectAdmin } from './admin-client.ts';
import type { CliPorts } from './run-cli.ts';

type Options = { json?: boolean };

/** The emergency brake, with the gateway up or down: what is stopped while it is down does not begin at its next start. */
export const stop = async (what: string, id: string | undefined, options: Options, ports: CliPorts): Promise<void> => {
  const target = readTarget(what, id);
  const admin = await connectAdmin(ports.env);
  const { stops, cancelled } = admin
    ? (await admin.call('stop', { body: target })).body
    : { stops: await changeStore(ports, (kept) => kept.add(target)), cancelled: 0 };
  if (options.json) ports.stdout.write(`${JSON.stringify({ stops, cancelled })}\n`);
  ports.stderr.write(
    `Stopped; ${cancelled} turn${cancelled === 1 ? ' was' : 's were'} cancelled. Until openclaw start, this is stopped:\n`,
  );
  for (const row of stops) ports.stderr.write(`  ${stopInWords(row)}\n`);
};

export const start = async (what: string, id: string | undefined, options: Options, ports: CliPorts): Promise<void> => {
  const target = readTarget(what, id);
  const admin = await connectAdmin(ports.env);
  const stops = admin ? (await admin.call('start', { body: target })).body.stops : await changeStore(ports, (kept) => kept.remove(target));
  if (options.json) ports.stdout.write(`${JSON.stringify({ stops })}\n`);
  ports.stderr.write(stops.length === 0 ? 'Nothing is stopped any more.\n' : 'Still stopped:\n');
  for (const row of stops) ports.stderr.write(`  ${stopInWords(row)}\n`);
};

/** `everything, since 2026-03-06T12:00:00Z` */
export const stopInWords = ({ what, id, since }: Stop): string =>
  `${what === 'all' ? 'everything' : `${what} ${id}`}, since ${new Date(since).toISOString().slice(0, 19)}Z`;

const readTarget = (what: string, id: string | undefined): StopTarget => {
  const kinds = stopSchema.shape.what;
  const kind = kinds.safeParse(what);
  if (!kind.success)
    throw new AppError('BAD_REQUEST', { message: `"${what}" cannot be stopped.`, hint: `What can: ${kinds.options.join(', ')}` });
  if ((kind.data === 'all') !== (id === undefined))
    throw new AppError('BAD_REQUEST', { message: id === undefined ? `Which ${what}? Give its id.` : '"all" takes no id.' });
  return id === undefined ? { what: kind.data } : { what: kind.data, id };
};

const changeStore = async ({ env, stderr }: CliPorts, change: (stops: Stops) => Promise<void>): Promise<readonly Stop[]> => {
  const home = locateHome(env);
  prepareHome(home);
  const { database, report } = await openWorkerDatabase({ file: home.database, now: systemClock.now });
  try {
    if (report.damagedKeptAs !== null) stderr.write(`openclaw: the database was damaged; it is kept as ${report.damagedKeptAs}\n`);
    const stops = await openStops(database, systemClock);
    await change(stops);
    return stops.list();
  } finally {
    await database.close();
  }
};
