import type { TurnAnswer } from '../../src-shared/contract/rest.ts';
import { type AdminClient, connectAdmin, unreachable } from './admin-client.ts';
import { inWords } from './approval-commands.ts';
import type { CliPorts } from './run-cli.ts';

/** Resolves to the exit code: 0 for a completed turn, 1 for any other end. */
export const sendMessage = async (
  text: string,
  options: { agent?: string; session?: string; json?: boolean },
  ports: CliPorts,
): Promise<number> => {
  const admin = await connectAdmin(ports.env);
  if (!admin) throw unreachable();
  const { body: first } = await admin.call('postMessage', {
    body: {
      content: text,
      channel: 'cli',
      ...(options.agent === undefined ? {} : { agentId: options.agent }),
      ...(options.session === undefined ? {} : { sessionId: options.session }),
    },
  });
  const body = await whenAnswered(admin, first, ports);
  ports.stdout.write(options.json ? `${JSON.stringify(body)}\n` : `${body.finalReply}\n`);
  for (const { id, name, size } of body.attachments ?? [])
    ports.stderr.write(`openclaw: attached ${name}, ${size} bytes: GET /api/v1/uploads/${id}\n`);
  if (body.error) ports.stderr.write(`openclaw: ${body.error.message}\n${body.error.hint === undefined ? '' : `  ${body.error.hint}\n`}`);
  return body.status === 'completed' ? 0 : 1;
};

const lookEveryMs = 500;

/** Says what waits for an approval and how to answer it, and waits until the turn has ended. */
const whenAnswered = async (admin: AdminClient, first: TurnAnswer, ports: CliPorts): Promise<TurnAnswer> => {
  const told = new Set<string>();
  let answer = first;
  while (answer.status === 'approval_required' || answer.status === 'accepted') {
    for (const approval of answer.approvals ?? []) {
      if (told.has(approval.id)) continue;
      told.add(approval.id);
      ports.stderr.write(
        `An approval is needed:\n${inWords(approval)}\n  Answer in the console, or: openclaw approvals approve ${approval.id}   (or deny)\n`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    answer = (await admin.call('getMessage', { params: { id: answer.messageId } })).body;
  }
  return answer;
};
