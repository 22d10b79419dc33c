import { connectAdmin, unreachable } from './admin-client.ts';
import { stopInWords } from './brake-commands.ts';
import type { CliPorts } from './run-cli.ts';

export const printStatus = async (options: { json?: boolean }, ports: CliPorts): Promise<void> => {
  const admin = await connectAdmin(ports.env);
  if (!admin) throw unreachable();
  const { body } = await admin.call('getStatus', {});
  if (options.json) {
    ports.stdout.write(`${JSON.stringify(body)}\n`);
    return;
  }
  ports.stdout.write(`${body.status}, version ${body.version}, up ${Math.round(body.uptimeMs / 1000)} s\n`);
  for (const stop of body.stops ?? []) ports.stdout.write(`STOPPED: ${stopInWords(stop)}\n`);
  for (const agent of body.agents) ports.stdout.write(`agent ${agent.id}: ${agent.state}\n`);
  for (const model of body.models ?? [])
    ports.stdout.write(`model ${model.model} (${model.provider}): ${model.state}${model.detail === '' ? '' : ` – ${model.detail}`}\n`);
  if (body.secrets) ports.stdout.write(`secrets: ${body.secrets.backend}\n`);
  for (const warning of [body.secrets?.warning, ...(body.warnings ?? [])]) if (warning) ports.stderr.write(`warning: ${warning}\n`);
};
