import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { AppError } from '../../src-shared/app-error.ts';
import { type Plugin, type PluginReview, routes } from '../../src-shared/contract/rest.ts';
import type { AdminClient } from './admin-client.ts';
import { connectGateway } from './channels-commands.ts';
import type { InstallOptions } from './channels-program.ts';
import { oneLine } from './columns.ts';
import type { CliPorts } from './run-cli.ts';
import { saysYes } from './says-yes.ts';
import { withPin } from './with-pin.ts';

/** @returns the exit code: 1 where the answer was no */
export const install = async (file: string, { yes, json, ...pinned }: InstallOptions, ports: CliPorts): Promise<number> => {
  const admin = await connectGateway(ports);
  const review = await sendArchive(admin, resolve(file));
  ports.stderr.write(reviewInWords(review));
  if (!yes && !(await saysYes(ports))) {
    ports.stderr.write('Nothing was installed.\n');
    return 1;
  }
  const plugin = await confirmInstall(admin, review, pinned, ports);
  if (json) ports.stdout.write(`${JSON.stringify({ review, plugin })}\n`);
  const next = review.replaces ? `Undo: openclaw channels rollback ${plugin.id}` : `Switch it on: openclaw channels enable ${plugin.id}`;
  ports.stderr.write(`${plugin.id} ${plugin.version} is installed. ${next}\n`);
  return 0;
};

/** @throws AppError BAD_REQUEST where the file cannot be read, and as the gateway said it */
export const sendArchive = async (admin: AdminClient, path: string): Promise<PluginReview> => {
  const unreadable = (cause: NodeJS.ErrnoException): never => {
    throw new AppError('BAD_REQUEST', { message: `"${path}" cannot be read (${cause.code ?? 'unknown'}).`, cause });
  };
  const { size } = await stat(path).catch(unreadable);
  const { maxBytes } = routes.reviewPlugin.reads;
  if (size > maxBytes)
    throw new AppError('BODY_TOO_LARGE', { message: `${basename(path)} has ${size} bytes; ${maxBytes / 1024 / 1024} MiB is the most.` });
  return (await admin.upload('reviewPlugin', {}, createReadStream(path))).body.review;
};

const confirmInstall = (
  admin: AdminClient,
  { id, sha256 }: PluginReview,
  options: { readonly pinStdin?: boolean },
  ports: CliPorts,
): Promise<Plugin> =>
  withPin(options, ports, async (pin) => (await admin.call('confirmPlugin', { params: { id }, body: { sha256 } }, pin)).body.plugin);

/** What somebody should read before it is installed. What its author wrote is shown on one line each. */
export const reviewInWords = ({ plugin, sha256, asks, tools, replaces, isolation }: PluginReview): string =>
  [
    `${oneLine(plugin.name)} (${plugin.id}) ${plugin.version}, ${plugin.kind === 'tools' ? 'tools for agents' : 'a channel'}`,
    ...(plugin.description === null ? [] : [`  ${oneLine(plugin.description)}`]),
    `  sha256 ${sha256}`,
    ...(replaces === null ? [] : [`  It replaces version ${replaces.version}.`]),
    ...section(
      'It asks for:',
      asks.length === 0 ? ['nothing'] : asks.map((line) => (replaces?.added.includes(line) ? `${line} [new]` : line)),
    ),
    ...(replaces && replaces.removed.length > 0 ? section('It does not ask any more for:', replaces.removed) : []),
    ...(tools.length === 0
      ? []
      : section(
          'Its tools:',
          tools.map(({ name, description }) => `${name} – ${description}`),
        )),
    ...section('What holds it in:', isolation.words),
    '',
  ].join('\n');

const section = (title: string, lines: readonly string[]): string[] => [`  ${title}`, ...lines.map((line) => `    ${oneLine(line)}`)];
