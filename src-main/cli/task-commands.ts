import { AppError } from '../../src-shared/app-error.ts';
import type { HookPreset, Task, TaskSchedule } from '../../src-shared/contract/rest.ts';
import { type AdminClient, connectAdmin, unreachable } from './admin-client.ts';
import { columns, oneLine } from './columns.ts';
import type { CliPorts } from './run-cli.ts';

type Json = { readonly json?: boolean };
export type TaskOptions = Json & {
  readonly name?: string;
  readonly content?: string;
  readonly cron?: string;
  readonly timezone?: string;
  readonly at?: string;
  readonly webhook?: HookPreset;
  readonly agent?: string;
  readonly session?: string;
  readonly missed?: Task['missed'];
};

export const list = async ({ json }: Json, ports: CliPorts): Promise<void> => {
  const { tasks } = (await (await connect(ports)).call('listTasks', {})).body;
  if (json) {
    ports.stdout.write(`${JSON.stringify(tasks)}\n`);
    return;
  }
  ports.stdout.write(
    columns(
      tasks.map((task) => [task.id, task.agentId, whenInWords(task.schedule), nextInWords(task), lastInWords(task), oneLine(task.name)]),
    ),
  );
  if (tasks.length === 0) ports.stderr.write('There are no tasks. Add one: openclaw tasks add "…" --name … --cron "0 9 * * *"\n');
};

export const add = async (content: string, options: TaskOptions, ports: CliPorts): Promise<void> => {
  const schedule = readSchedule(options);
  if (!schedule)
    throw new AppError('BAD_REQUEST', { message: 'Say when: --cron "0 9 * * *", --at "2026-12-24 18:00" or --webhook github.' });
  const admin = await connect(ports);
  const { name = '' } = options;
  const { task, secret } = (await admin.call('createTask', { body: { ...fieldsOf(options), name, content, schedule } })).body;
  ports.stdout.write(options.json ? `${JSON.stringify({ task, secret })}\n` : `${task.id}\n`);
  tellNext(task, ports);
  if (secret === null || options.json) return;
  ports.stderr.write(`It waits for: POST ${task.hookPath}\nIts secret, which is not shown again:\n`);
  ports.stdout.write(`${secret}\n`);
};

export const edit = async (id: string, options: TaskOptions, ports: CliPorts): Promise<void> => {
  const schedule = readSchedule(options);
  const { name, content } = options;
  const body = {
    ...fieldsOf(options),
    ...(name === undefined ? {} : { name }),
    ...(content === undefined ? {} : { content }),
    ...(schedule === null ? {} : { schedule }),
  };
  if (Object.keys(body).length === 0) throw new AppError('BAD_REQUEST', { message: 'Say what to change; see openclaw tasks edit --help.' });
  await change(await connect(ports), id, body, options, ports);
};

export const enable = async (id: string, enabled: boolean, ports: CliPorts): Promise<void> => {
  await change(await connect(ports), id, { enabled }, {}, ports);
};

export const run = async (id: string, { json }: Json, ports: CliPorts): Promise<void> => {
  const { task } = (await (await connect(ports)).call('runTask', { params: { id } })).body;
  ports.stdout.write(json ? `${JSON.stringify(task)}\n` : `${task.lastMessageId}\n`);
  ports.stderr.write(`"${oneLine(task.name)}" has begun; its end: openclaw tasks list\n`);
};

export const renewSecret = async (id: string, ports: CliPorts): Promise<void> => {
  const { secret } = (await (await connect(ports)).call('renewTaskSecret', { params: { id } })).body;
  ports.stdout.write(`${secret}\n`);
};

export const remove = async (id: string, ports: CliPorts): Promise<void> => {
  await (await connect(ports)).call('deleteTask', { params: { id } });
  ports.stderr.write(`Removed. For a minute it can be brought back: openclaw tasks restore ${id}\n`);
};

export const restore = async (id: string, ports: CliPorts): Promise<void> => {
  tellNext((await (await connect(ports)).call('restoreTask', { params: { id } })).body.task, ports);
};

const change = async (
  admin: AdminClient,
  id: string,
  body: Parameters<typeof admin.call<'patchTask'>>[1]['body'],
  { json }: Json,
  ports: CliPorts,
): Promise<void> => {
  const { task } = (await admin.call('patchTask', { params: { id }, body })).body;
  if (json) ports.stdout.write(`${JSON.stringify(task)}\n`);
  tellNext(task, ports);
};

const connect = async (ports: CliPorts): Promise<AdminClient> => {
  const admin = await connectAdmin(ports.env);
  if (!admin) throw unreachable();
  return admin;
};

const fieldsOf = ({ agent, session, missed }: TaskOptions) => ({
  ...(agent === undefined ? {} : { agentId: agent }),
  ...(session === undefined ? {} : { sessionId: session }),
  ...(missed === undefined ? {} : { missed }),
});

/** Null where none is given. @throws AppError BAD_REQUEST */
const readSchedule = ({ cron, timezone, at, webhook }: TaskOptions): TaskSchedule | null => {
  if ([cron, at, webhook].filter((given) => given !== undefined).length > 1)
    throw new AppError('BAD_REQUEST', { message: 'A task has one of --cron, --at and --webhook.' });
  if (webhook !== undefined) return { kind: 'webhook', preset: webhook };
  if (at !== undefined) {
    const time = Date.parse(at.replace(/^(\d{4}-\d\d-\d\d) (?=\d)/, '$1T'));
    if (Number.isNaN(time))
      throw new AppError('BAD_REQUEST', { message: `"${at}" is not a time.`, hint: 'As "2026-12-24 18:00", or 2026-12-24T18:00:00Z.' });
    return { kind: 'once', at: time };
  }
  if (cron !== undefined) return { kind: 'cron', expr: cron, timezone: timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone };
  if (timezone !== undefined) throw new AppError('BAD_REQUEST', { message: '--timezone goes with --cron.' });
  return null;
};

const whenInWords = (schedule: TaskSchedule): string =>
  schedule.kind === 'cron'
    ? `${schedule.expr} ${schedule.timezone}`
    : schedule.kind === 'once'
      ? `once ${local(schedule.at)}`
      : `webhook ${schedule.preset}`;

const nextInWords = (task: Task): string => {
  if (!task.enabled) return 'off';
  const [next] = task.nextRuns;
  return next === undefined ? 'waits' : `next ${local(next)}`;
};

const lastInWords = ({ lastRunAt, lastStatus }: Task): string =>
  lastRunAt === null || lastStatus === null ? 'never ran' : `${lastStatus} ${local(lastRunAt)}`;

const tellNext = (task: Task, ports: CliPorts): void => {
  if (!task.enabled) ports.stderr.write('It is switched off.\n');
  else if (task.nextRuns.length > 0) ports.stderr.write(`Next: ${task.nextRuns.map(local).join(', ')}\n`);
  if (task.lastNote !== null) ports.stderr.write(`${oneLine(task.lastNote)}\n`);
};

/** `2026-03-06 12:30` as the clock on the wall has it: schedules are made by that. */
const local = (at: number): string => {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
};
