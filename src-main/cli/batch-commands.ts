import { createReadStream, createWriteStream } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../src-shared/app-error.ts';
import type { Batch } from '../../src-shared/contract/rest.ts';
import { type AdminClient, connectAdmin, unreachable } from './admin-client.ts';
import { createBatchProgress } from './batch-progress.ts';
import { columns, minute, oneLine } from './columns.ts';
import type { CliPorts } from './run-cli.ts';
import { brokenOff, wholeFile } from './whole-file.ts';

type Json = { readonly json?: boolean };

const interrupted = 130;

/** Resolves to the exit code: 0 where every line was answered, 1 where one was not, 130 after Ctrl-C. */
export const send = async (
  file: string,
  options: Json & { name?: string; parallel?: number; output?: string; wait: boolean },
  ports: CliPorts,
): Promise<number> => {
  if (!options.wait && options.output !== undefined)
    throw new AppError('BAD_REQUEST', {
      message: '--no-wait and --output do not go together.',
      hint: 'Later: openclaw batch results <id>',
    });
  const admin = await connect(ports);
  const lines = file === '-' ? Readable.from(ports.stdin) : createReadStream(file);
  const name = options.name ?? (file === '-' ? undefined : basename(file).slice(0, 128));
  const ctrlC = watchCtrlC();
  try {
    ctrlC.signal.addEventListener('abort', () => lines.destroy(new Error('interrupted')));
    const batch = await upload(admin, lines, { name, parallel: options.parallel }, ports);
    if (batch === null) return 1;
    if (!options.wait) {
      ports.stdout.write(options.json ? `${JSON.stringify(batch)}\n` : `${batch.id}\n`);
      return 0;
    }
    return await toTheEnd(admin, batch, options, ctrlC.signal, ports);
  } catch (error) {
    if (!ctrlC.signal.aborted) throw error;
    ports.stderr.write('\nInterrupted; nothing of the batch was begun.\n');
    return interrupted;
  } finally {
    ctrlC.forget();
  }
};

export const list = async (options: Json & { limit?: number }, ports: CliPorts): Promise<void> => {
  const { batches } = (await (await connect(ports)).call('listBatches', { query: { limit: options.limit } })).body;
  if (options.json) ports.stdout.write(`${JSON.stringify(batches)}\n`);
  else
    ports.stdout.write(
      columns(batches.map((batch) => [batch.id, minute(batch.createdAt), batch.status, standing(batch), oneLine(batch.name)])),
    );
  if (batches.length === 0) ports.stderr.write('No batches.\n');
};

/** Resolves to the exit code; 1 where it was followed to an end in which a line was not answered. */
export const show = async (id: string, options: Json & { follow?: boolean }, ports: CliPorts): Promise<number> => {
  const admin = await connect(ports);
  const { batch } = (await admin.call('getBatch', { params: { id } })).body;
  const ctrlC = watchCtrlC();
  try {
    const last = options.follow ? await follow(admin, batch, ctrlC.signal, ports) : batch;
    ports.stdout.write(options.json ? `${JSON.stringify(last)}\n` : columns([[last.id, last.status, standing(last), oneLine(last.name)]]));
    return options.follow ? exitCodeOf(last) : 0;
  } catch (error) {
    if (!ctrlC.signal.aborted) throw error;
    return interrupted;
  } finally {
    ctrlC.forget();
  }
};

export const results = async (id: string, options: { output?: string }, ports: CliPorts): Promise<void> =>
  writeResults(await connect(ports), id, options.output, ports);

export const cancel = async (id: string, options: Json, ports: CliPorts): Promise<void> => {
  const { batch } = (await (await connect(ports)).call('cancelBatch', { params: { id } })).body;
  if (options.json) ports.stdout.write(`${JSON.stringify(batch)}\n`);
  else ports.stderr.write(`${batch.id} is ${batch.status}: ${standing(batch)}\n`);
};

/** Null where lines are bad: they have been told of. */
const upload = async (
  admin: AdminClient,
  lines: Readable,
  query: { name: string | undefined; parallel: number | undefined },
  { stderr }: CliPorts,
): Promise<Batch | null> => {
  try {
    return (await admin.upload('createBatch', { query }, lines)).body.batch;
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'BATCH_INVALID') throw thrown;
    const { problems = [] } = (thrown.details ?? {}) as { problems?: { line: number; message: string }[] };
    for (const { line, message } of problems) stderr.write(`line ${line}: ${oneLine(message)}\n`);
    stderr.write(`openclaw: nothing of the batch was begun.\n`);
    return null;
  }
};

const toTheEnd = async (
  admin: AdminClient,
  batch: Batch,
  { output, json }: Json & { output?: string },
  signal: AbortSignal,
  ports: CliPorts,
): Promise<number> => {
  const { stderr, stdout } = ports;
  stderr.write(`${batch.id}: ${batch.total} lines, ${batch.parallel} at a time\n`);
  try {
    const last = await follow(admin, batch, signal, ports);
    stderr.write(`${last.status}: ${standing(last)}\n`);
    if (output !== undefined || !json) await writeResults(admin, batch.id, output, ports);
    if (json) stdout.write(`${JSON.stringify(last)}\n`);
    return exitCodeOf(last);
  } catch (error) {
    if (!signal.aborted) throw error;
    stderr.write(
      `\nThe batch goes on in the gateway.\n  openclaw batch show ${batch.id} --follow\n  openclaw batch results ${batch.id}\n  openclaw batch cancel ${batch.id}\n`,
    );
    return interrupted;
  }
};

const follow = async (admin: AdminClient, batch: Batch, signal: AbortSignal, { stderr }: CliPorts): Promise<Batch> => {
  const progress = createBatchProgress(stderr);
  let last = batch;
  const end = (): AppError =>
    new AppError('GATEWAY_UNREACHABLE', {
      message: 'The gateway has ended. The batch goes on when it starts again.',
      hint: `openclaw batch show ${batch.id} --follow`,
    });
  try {
    await admin
      .follow(
        `/api/v1/batches/${batch.id}`,
        (data) => {
          last = (data as { batch: Batch }).batch;
          progress.show(last);
        },
        signal,
      )
      .catch((error: unknown) => {
        throw signal.aborted ? error : end();
      });
  } finally {
    progress.end();
  }
  if (last.endedAt === null) throw end();
  return last;
};

const writeResults = async (admin: AdminClient, id: string, output: string | undefined, { stdout, stderr }: CliPorts): Promise<void> => {
  const lines = await admin.download('getBatchResults', { params: { id } });
  if (output === undefined) return pipeline(lines, stdout, { end: false }).catch(brokenOff);
  await wholeFile(output, (path) => pipeline(lines, createWriteStream(path)).catch(brokenOff));
  stderr.write(`${output} is written.\n`);
};

const connect = async (ports: CliPorts): Promise<AdminClient> => {
  const admin = await connectAdmin(ports.env);
  if (!admin) throw unreachable();
  return admin;
};

const standing = ({ total, completed, failed, running }: Batch): string =>
  `${completed} of ${total} answered${failed > 0 ? `, ${failed} not` : ''}${running > 0 ? `, ${running} running` : ''}`;

const exitCodeOf = ({ status, failed }: Batch): number => (status === 'completed' && failed === 0 ? 0 : 1);

/** The first Ctrl-C is ours; a second one ends the process as usual. */
const watchCtrlC = (): { readonly signal: AbortSignal; readonly forget: () => void } => {
  const abort = new AbortController();
  const onSignal = (): void => abort.abort();
  process.once('SIGINT', onSignal);
  return { signal: abort.signal, forget: () => void process.off('SIGINT', onSignal) };
};
