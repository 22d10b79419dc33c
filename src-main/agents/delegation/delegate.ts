import * as z from 'zod';
import type { RandomBytes } from '../../gateway-ports.ts';
import type { Turn, TurnRequest } from '../../sessions/turn.ts';
import type { Agent } from '../agent-registry.ts';
import { type Tool, type ToolContext, ToolError } from '../tools/tool.ts';

/** How many agents may stand behind one another, the first one included. */
const depthMost = 3;
const timeLimitMs = 30 * 60_000;

const parameters = z.object({
  agent: z.string().min(1).max(64).describe('id of another agent; a wrong one gets the list'),
  task: z.string().min(1).max(100_000).describe('all it needs to know: it sees nothing of this conversation'),
});

type Ports = {
  readonly agents: { readonly list: () => readonly Agent[] };
  /** @throws AppError as the engine does */
  readonly submit: (request: TurnRequest) => Turn;
  readonly now: () => number;
  readonly randomBytes: RandomBytes;
};

/**
 * Gives a task to another agent: a turn of its own in a session of its own that everyone can look at. It has its own
 * policy and never more tools than who calls it, and ends with its caller's turn.
 */
export const createDelegate = ({ agents, submit, now, randomBytes }: Ports): Tool<typeof parameters> => {
  /** Who stands behind whom, by message: what a client says of it counts for nothing. */
  const chains = new Map<string, readonly string[]>();
  const newId = (): string => randomBytes(16).toString('base64url');

  const begin = (agentId: string, task: string, chain: readonly string[], context: ToolContext): Turn => {
    const at = now();
    const messageId = `msg_${newId()}`;
    const { ownerId, traceId, isHidden: hidden } = context;
    const title = task.split('\n', 1)[0]?.slice(0, 80) ?? '';
    chains.set(messageId, chain);
    try {
      return submit({
        ...{ messageId, ownerId, agentId, traceId, content: task, channel: 'delegate', via: 'delegate', acceptedAt: at },
        session: { id: newId(), ownerId, name: null, title, agentId, channel: 'delegate', createdAt: at, hidden },
        isFirst: true,
        isNested: true,
        metadata: { delegatedBy: { agentId: context.agentId, messageId: context.messageId, toolCallId: context.toolCallId } },
        options: { timeoutMs: timeLimitMs, tools: context.toolNames() },
        ...{ idempotencyKey: null, bodyHash: null },
      });
    } catch (error) {
      chains.delete(messageId);
      throw error;
    }
  };

  return {
    name: 'delegate',
    description: 'Give a task to another agent and get its answer.',
    parameters,
    effect: 'talk',
    leadsToEffects: true,
    timeLimitMs,
    execute: async ({ agent, task }, context) => {
      const chain = [...(chains.get(context.messageId) ?? [context.agentId]), agent];
      const others = agents.list().filter(({ id }) => !chain.slice(0, -1).includes(id));
      if (chain.indexOf(agent) < chain.length - 1) throw new ToolError(`${chain.join(' → ')} would go round in a circle.`);
      if (chain.length > depthMost) throw new ToolError(`${chain.join(' → ')} is too long: at most ${depthMost} agents. Do it yourself.`);
      if (!others.some(({ id }) => id === agent))
        throw new ToolError(`There is no agent "${agent}". Agents: ${others.map(({ id }) => id).join(', ') || 'no other'}.`);
      const turn = begin(agent, task, chain, context);
      try {
        return await followToEnd(turn, context);
      } finally {
        chains.delete(turn.request.messageId);
      }
    },
  };
};

/** Its words are heard as it says them; what somebody has to allow is asked in its caller's turn too. */
const followToEnd = async (turn: Turn, context: ToolContext): Promise<string> => {
  const cancel = (): void => turn.cancel();
  const unfollow = turn.listen(({ event }) => {
    // It ends with its caller, which must not be told anything any more.
    if (context.signal.aborted) return;
    if (event.type === 'delta') context.onOutput(event.content);
    else if (event.type === 'tool_call' && event.approval) void context.onWaiting(event.approval).catch(cancel);
    else if (event.type === 'tool_call' && event.tool.output === undefined && turn.approvals().length === 0)
      void context.onWaiting(null).catch(cancel);
  }, 0);
  if (context.signal.aborted) cancel();
  else context.signal.addEventListener('abort', cancel, { once: true });
  try {
    const { status, reply, attachments = [], error } = await turn.outcome;
    // What it sends along goes to the same reader as what it says.
    if (!context.signal.aborted) context.replyFiles?.push(...attachments);
    if (status === 'completed')
      return [reply, ...attachments.map(({ name }) => `[${name} ${whither(context)}]`)].filter(Boolean).join('\n');
    throw new ToolError(
      `${turn.request.agentId} did not finish (${status}): ${error?.message ?? 'it was ended'}${reply === '' ? '' : `\n${reply}`}`,
    );
  } finally {
    context.signal.removeEventListener('abort', cancel);
    unfollow();
  }
};

const whither = ({ replyFiles }: ToolContext): string => (replyFiles === null ? 'cannot go with your reply' : 'goes with your reply');
