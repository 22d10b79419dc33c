import type { Channel } from '../../src-shared/contract/rest.ts';
import { type AdminClient, connectAdmin, unreachable } from './admin-client.ts';
import { openSecretPrompt } from './ask-secret.ts';
import type { PairOptions, TestOptions } from './channels-program.ts';
import { columns, oneLine } from './columns.ts';
import type { CliPorts } from './run-cli.ts';
import { withPin } from './with-pin.ts';

type Options = { readonly json?: boolean };

export const list = async ({ json }: Options, ports: CliPorts): Promise<void> => {
  const admin = await connectGateway(ports);
  const { channels } = (await admin.call('listChannels', {})).body;
  const { plugins } = (await admin.call('listPlugins', {})).body;
  if (json) {
    ports.stdout.write(`${JSON.stringify({ channels, plugins })}\n`);
    return;
  }
  const versions = new Map(plugins.map(({ id, version }) => [id, version]));
  const idle = plugins.filter(({ id, bundled }) => !bundled && !channels.some(({ plugin }) => plugin === id));
  ports.stdout.write(
    columns([
      ...channels.map(({ id, state, plugin = '', detail }) => [id, state, versions.get(plugin) ?? '-', oneLine(detail)]),
      ...idle.map(({ id, version, error }) => [id, 'installed', version, oneLine(error ?? `switch it on: openclaw channels enable ${id}`)]),
    ]),
  );
};

export const enable = async (id: string, enabled: boolean, { json }: Options, ports: CliPorts): Promise<void> => {
  const { channel } = (await (await connectGateway(ports)).call('patchChannel', { params: { id }, body: { enabled } })).body;
  if (json) ports.stdout.write(`${JSON.stringify(channel)}\n`);
  ports.stderr.write(stateWords(channel));
};

export const secret = async (id: string, name: string, { forget }: { readonly forget?: boolean }, ports: CliPorts): Promise<void> => {
  const admin = await connectGateway(ports);
  const value = forget ? null : await askSecret(name, ports);
  const { channel } = (await admin.call('patchChannel', { params: { id }, body: { secrets: { [name]: value } } })).body;
  ports.stderr.write(`${name} is ${forget ? 'forgotten' : 'in the keychain'}. ${stateWords(channel)}`);
};

export const remove = async (id: string, { json }: Options, ports: CliPorts): Promise<void> => {
  const answer = (await (await connectGateway(ports)).call('removeChannel', { params: { id } })).body;
  if (json) ports.stdout.write(`${JSON.stringify(answer)}\n`);
  const plugin = answer.plugin === null ? '' : ` The plugin "${answer.plugin}" is removed with it.`;
  ports.stderr.write(`${id} is removed, and its secrets.${plugin} Its data and its history stay; what it had to send is not sent.\n`);
};

export const rollback = async (id: string, { json }: Options, ports: CliPorts): Promise<void> => {
  const { plugin } = (await (await connectGateway(ports)).call('rollbackChannel', { params: { id } })).body;
  if (json) ports.stdout.write(`${JSON.stringify(plugin)}\n`);
  ports.stderr.write(`${plugin.id} is ${plugin.version} again. Undo: openclaw channels rollback ${id}\n`);
};

/** @returns the exit code */
export const test = async (id: string, { to, text, json }: TestOptions, ports: CliPorts): Promise<number> => {
  const body = { to, ...(text === undefined ? {} : { content: text }) };
  const answer = (await (await connectGateway(ports)).call('testChannel', { params: { id }, body })).body;
  if (json) ports.stdout.write(`${JSON.stringify(answer)}\n`);
  const { ok, durationMs, error } = answer;
  ports.stderr.write(
    ok ? `Sent to ${to} in ${durationMs} ms.\n` : `Not sent: ${oneLine(error?.message ?? 'the plugin did not say why')}\n`,
  );
  return ok ? 0 : 1;
};

export const pair = async (id: string, code: string, { owner, json, ...pinned }: PairOptions, ports: CliPorts): Promise<void> => {
  const body = { code, ...(owner ? { owner } : {}) };
  const admin = await connectGateway(ports);
  const { peer } = await withPin(pinned, ports, async (pin) => (await admin.call('pairPeer', { params: { id }, body }, pin)).body);
  if (json) ports.stdout.write(`${JSON.stringify(peer)}\n`);
  ports.stderr.write(`${oneLine(peer.name ?? peer.id)} is ${peer.status === 'owner' ? 'an owner of' : 'let into'} ${id}.\n`);
};

export const connectGateway = async (ports: CliPorts): Promise<AdminClient> => {
  const admin = await connectAdmin(ports.env);
  if (!admin) throw unreachable();
  return admin;
};

const stateWords = ({ id, state, detail }: Channel): string => `${id}: ${state}${detail === '' ? '' : `. ${oneLine(detail)}`}\n`;

const askSecret = async (name: string, ports: CliPorts): Promise<string> => {
  const prompt = openSecretPrompt(ports);
  try {
    return (await prompt.ask(`${name}: `)).trim();
  } finally {
    prompt.close();
  }
};
