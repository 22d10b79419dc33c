import { connectAdmin, unreachable } from './admin-client.ts';
import type { CliPorts } from './run-cli.ts';

/** Resolves to the exit code: 0 for a completed turn, 1 for any other end. */
export const sendMessage = async (
  text: string,
  options: { agent?: string; session?: string; json?: boolean },
  ports: CliPorts,
): Promise<number> => {
  const admin = await connectAdmin(ports.env);
  if (!admin) throw unreachable();
  const { body } = await admin.call('postMessage', {
    body: {
      content: text,
      channel: 'cli',
      ...(options.agent === undefined ? {} : { agentId: options.agent }),
      ...(options.session === undefined ? {} : { sessionId: options.session }),
    },
  });
  ports.stdout.write(options.json ? `${JSON.stringify(body)}\n` : `${body.finalReply}\n`);
  if (body.error) ports.stderr.write(`openclaw: ${body.error.message}\n${body.error.hint === undefined ? '' : `  ${body.error.hint}\n`}`);
  return body.status === 'completed' ? 0 : 1;
};
