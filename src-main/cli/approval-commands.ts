import type { Approval } from '../../src-shared/contract/events.ts';
import { escapeControls } from '../logs/redact.ts';
import { type AdminClient, connectAdmin, unreachable } from './admin-client.ts';
import { columns, oneLine } from './columns.ts';
import type { CliPorts } from './run-cli.ts';
import { withPin } from './with-pin.ts';

type Options = { readonly json?: boolean };

/** What waits; with `all` also what was answered. */
export const list = async ({ all, json }: Options & { readonly all?: boolean }, ports: CliPorts): Promise<void> => {
  const admin = await connect(ports);
  const { approvals } = (await admin.call('listApprovals', { query: { pending: all ? 'false' : 'true', limit: 200 } })).body;
  if (json) {
    ports.stdout.write(`${JSON.stringify(approvals)}\n`);
    return;
  }
  for (const approval of approvals) ports.stdout.write(`${inWords(approval)}\n`);
  if (approvals.length === 0) ports.stderr.write('Nothing waits for an approval.\n');
};

export const answer = async (
  decision: 'approve' | 'deny',
  id: string,
  { remember, json, ...pinned }: Options & { readonly remember?: string; readonly pinStdin?: boolean },
  ports: CliPorts,
): Promise<void> => {
  const admin = await connect(ports);
  const { approval } = await withPin(pinned, ports, async (pin) => {
    const body = { decision, ...(remember === undefined ? {} : { remember: remember as 'once' | 'session' | 'always' }) };
    return (await admin.call('answerApproval', { params: { id }, body }, pin)).body;
  });
  if (json) ports.stdout.write(`${JSON.stringify(approval)}\n`);
  ports.stderr.write(`${approval.status}: ${oneLine(approval.title)}\n`);
};

export const listRules = async ({ json }: Options, ports: CliPorts): Promise<void> => {
  const { rules } = (await (await connect(ports)).call('listApprovalRules', {})).body;
  if (json) {
    ports.stdout.write(`${JSON.stringify(rules)}\n`);
    return;
  }
  const rows = rules.map((rule) => [rule.id, rule.agentId, rule.tool, `used ${rule.uses} times`, oneLine(rule.title)]);
  ports.stdout.write(columns(rows));
  if (rules.length === 0) ports.stderr.write('Nothing is allowed without asking.\n');
};

export const removeRule = async (id: string, ports: CliPorts): Promise<void> => {
  await (await connect(ports)).call('deleteApprovalRule', { params: { id } });
  ports.stderr.write(`${id} is taken back; it will be asked about again.\n`);
};

const connect = async (ports: CliPorts): Promise<AdminClient> => {
  const admin = await connectAdmin(ports.env);
  if (!admin) throw unreachable();
  return admin;
};

/** What would happen, line by line as it is: a line break that looked like a space could hide a command. */
export const inWords = (approval: Approval): string =>
  [
    `${approval.id}  ${approval.status}${approval.needsPin ? ', needs the PIN' : ''}  ${approval.agentId} → ${approval.tool}`,
    `    ${shown(approval.title)}`,
    ...(approval.cwd === null ? [] : [`    in ${shown(approval.cwd)}`]),
    ...approval.touches.map((what) => `    touches ${shown(what)}`),
    ...(approval.sandbox === 'none' ? ['    not sandboxed'] : []),
  ].join('\n');

const shown = (text: string): string => escapeControls(text).replace(/\n/g, '\n      ');
