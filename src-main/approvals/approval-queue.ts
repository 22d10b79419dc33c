import { AppError } from '../../src-shared/app-error.ts';
import type { Approval } from '../../src-shared/contract/events.ts';
import type { Action, ToolGate } from '../agents/tools/tool.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import type { Principal } from '../principal.ts';
import type { Database } from '../storage/database.ts';
import { actionKey } from './action-key.ts';
import { type ApprovalRules, openApprovalRules, type RuleSubject } from './approval-rules.ts';
import type { Pin } from './pin.ts';
import { decide, type PolicyConfig } from './policy.ts';

/** How long somebody has to answer. */
const approvalLifeMs = 5 * 60_000;

export type ApprovalAnswer = {
  readonly decision: 'approve' | 'deny';
  readonly pin: string | null;
  /** `session`, `always`: the same exact action is not asked about again. */
  readonly remember: 'once' | 'session' | 'always';
};

/** What waits for somebody's word. Nothing here is ever granted but by `answer`, by a rule, or by the policy. */
export type ApprovalQueue = {
  readonly gate: ToolGate;
  /** Pending ones, oldest first. */
  readonly pending: () => readonly Approval[];
  /**
   * Resolves when the answer is on the disk; then what was asked goes on.
   * @throws AppError APPROVAL_UNKNOWN (also for others'), APPROVAL_OVER, BAD_REQUEST, PIN_*, STORAGE_*
   */
  readonly answer: (id: string, answer: ApprovalAnswer, by: Principal) => Promise<Approval>;
  readonly rules: Pick<ApprovalRules, 'list' | 'remove'>;
  /** Told when one is asked, and when it is over. */
  readonly onChange: (listener: (approval: Approval) => void) => () => void;
};

type Ports = {
  readonly database: Database;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly pin: Pick<Pin, 'state' | 'require'>;
  readonly security: () => PolicyConfig;
};

type Waiting = {
  readonly approval: Approval;
  /** Null: must not be remembered. */
  readonly subject: RuleSubject | null;
  readonly settle: (status: Exclude<Approval['status'], 'pending'>, by: string | null) => void;
};

export const openApprovals = async (ports: Ports): Promise<ApprovalQueue> => {
  const { database, clock } = ports;
  const newId = (): string => `apr_${ports.randomBytes(16).toString('base64url')}`;
  // Who asked is gone: its turn asks again.
  await database.write([{ op: 'approval.expireAll', at: clock.now() }]);
  const rules = await openApprovalRules({ database, clock, newId });
  const waiting = new Map<string, Waiting>();
  const listeners = new Set<(approval: Approval) => void>();

  const tell = (approval: Approval): void => {
    for (const listener of listeners) listener(approval);
  };

  /** Resolves to how it ended. What ends it other than an answer is written down here. */
  const wait = (approval: Approval, subject: RuleSubject | null, signal: AbortSignal): Promise<Approval['status']> =>
    new Promise((resolve) => {
      const settle: Waiting['settle'] = (status, by) => {
        if (!waiting.delete(approval.id)) return;
        cancelExpiry();
        signal.removeEventListener('abort', cancelled);
        tell({ ...approval, status, decidedAt: clock.now(), decidedBy: by });
        resolve(status);
      };
      const end = (status: 'expired' | 'cancelled') => (): void => {
        // It is over whether or not that can be written: the next start would say so too.
        database.write([{ op: 'approval.decide', id: approval.id, status, at: clock.now(), by: null }]).catch(() => undefined);
        settle(status, null);
      };
      const cancelled = end('cancelled');
      const cancelExpiry = clock.after(approval.expiresAt - clock.now(), end('expired'));
      waiting.set(approval.id, { approval, subject, settle });
      tell(approval);
      if (signal.aborted) cancelled();
      else signal.addEventListener('abort', cancelled, { once: true });
    });

  const ask = (request: Parameters<ToolGate>[0], action: Action, needsPin: boolean): Approval => {
    const { messageId, sessionId, agentId, ownerId, toolCallId } = request.context;
    const at = clock.now();
    return {
      ...{ id: newId(), messageId, sessionId, agentId, ownerId, toolCallId, tool: request.tool, arguments: { ...request.arguments } },
      ...{ title: action.title, cwd: action.cwd, touches: [...action.touches], sandbox: action.sandbox },
      ...{ preview: action.preview, risk: action.risk, needsPin },
      ...{ status: 'pending', requestedAt: at, expiresAt: at + approvalLifeMs, decidedAt: null, decidedBy: null },
    };
  };

  const gate: ToolGate = async (request) => {
    const { tool, effect, context, plan } = request;
    const verdict = decide({ tool, effect }, ports.security(), ports.pin.state().set);
    if (verdict.do === 'deny') return { allowed: false, why: verdict.why };
    if (verdict.do === 'allow') return { allowed: true };
    if (plan === null) return { allowed: false, why: `"${tool}" cannot say what it would do, so nobody can be asked about it.` };
    const action = await plan();
    const needsPin = verdict.do === 'pin';
    const subject =
      needsPin || action.rule === null
        ? null
        : { agentId: context.agentId, sessionId: context.sessionId, tool, key: actionKey(action.rule) };
    if (subject !== null && rules.allows(subject)) return { allowed: true };
    const approval = ask(request, action, needsPin);
    await request.onAsked(approval, [{ op: 'approval.put', approval }]);
    const status = await wait(approval, subject, context.signal);
    if (status !== 'granted') return { allowed: false, why: refusals[status === 'pending' ? 'denied' : status] };
    // Time has passed: what was allowed must still be what happens.
    if (actionKey((await plan()).binding) !== actionKey(action.binding))
      return {
        allowed: false,
        why: 'What this call would do has changed since it was approved, so it was not done. Call it again to ask anew.',
      };
    return { allowed: true };
  };

  const requireMine = async (id: string, by: Principal): Promise<Waiting> => {
    const found = waiting.get(id);
    const approval = found?.approval ?? (await database.read({ op: 'approval.get', id }))?.approval;
    if (!approval || (approval.ownerId !== by.id && !by.scopes.has('admin'))) throw new AppError('APPROVAL_UNKNOWN');
    if (!found) throw new AppError('APPROVAL_OVER');
    return found;
  };

  return {
    gate,
    pending: () => [...waiting.values()].map(({ approval }) => approval),
    answer: async (id, { decision, pin, remember }, by) => {
      const { approval, subject, settle } = await requireMine(id, by);
      const approve = decision === 'approve';
      if (approve && remember !== 'once' && subject === null)
        throw new AppError('BAD_REQUEST', { message: 'This can be allowed once only.' });
      if (approve && approval.needsPin) await ports.pin.require(pin, `"${approval.title}"`);
      const rule = approve && remember === 'always' && subject !== null ? rules.allowAlways(subject, approval.title, by.id) : null;
      const status = approve ? 'granted' : 'denied';
      const at = clock.now();
      await database.write([{ op: 'approval.decide', id, status, at, by: by.id }, ...(rule ? [rule.write] : [])]);
      rule?.stored();
      if (approve && remember === 'session' && subject !== null) rules.allowInSession(subject);
      settle(status, by.id);
      return { ...approval, status, decidedAt: at, decidedBy: by.id };
    },
    rules,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

/** What the model is told. */
const refusals = {
  denied: 'The user did not allow this. Do not try to reach the same in another way; ask what to do instead.',
  expired: 'Nobody answered in time, so this was not done. Say what you wanted to do and why.',
  cancelled: 'Cancelled.',
} as const;
