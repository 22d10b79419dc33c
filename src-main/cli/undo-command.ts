import { connectAdmin, unreachable } from './admin-client.ts';
import { oneLine } from './columns.ts';
import type { CliPorts } from './run-cli.ts';

/** Puts back the files that a message wrote. */
export const undo = async (id: string, { json }: { readonly json?: boolean }, ports: CliPorts): Promise<void> => {
  const admin = await connectAdmin(ports.env);
  if (!admin) throw unreachable();
  const { files } = (await admin.call('undoWrites', { params: { id } })).body;
  if (json) ports.stdout.write(`${JSON.stringify(files)}\n`);
  for (const { path, how } of files) ports.stderr.write(`${how}: ${oneLine(path)}\n`);
};
