import type { Origin } from '../../src-shared/contract/routing.ts';
import type { IncomingMessage } from './submit-message.ts';

export type ChooseAgentPorts = {
  /** @throws AppError AGENT_UNKNOWN */
  readonly requireAgent: (agentId: string) => void;
  readonly defaultAgent: string;
  /** Which agent it is for, by the `@name` it begins with. @throws AppError SKILL_UNKNOWN, SKILL_UNUSABLE */
  readonly address: (content: string, agentId: string, strict: boolean) => Promise<string>;
  /** Who answers what names no agent itself; null: nothing says. */
  readonly routeTo: (origin: Origin) => string | null;
};

type Chosen = {
  /** Of a session that begins with the message. */
  readonly agentId: string;
  /** Of this message, in whatever session; undefined leaves it to the session's. */
  readonly named: string | undefined;
};

/** Whom the message names, then the `@name` it begins with, then the rules, then its channel's agent, then the default. */
export const chooseAgent = async (
  message: Pick<IncomingMessage, 'agentId' | 'content' | 'channel' | 'sender' | 'via' | 'isStranger'>,
  ports: ChooseAgentPorts,
): Promise<Chosen> => {
  const inChannel = message.via === 'channel';
  const wanted = message.agentId ?? ports.routeTo(message) ?? ports.defaultAgent;
  ports.requireAgent(wanted);
  // Whoever opens an agent to anyone has opened that one: another may read more.
  const isAddressed = message.content.startsWith('@') && !message.isStranger;
  // People in channels have @-names too: there one that nothing has is just text.
  const agentId = isAddressed ? await ports.address(message.content, wanted, !inChannel) : wanted;
  // A session goes on with the agent it began with – but in a channel nobody chose one, and the rules count each time.
  return { agentId, named: agentId === wanted && !inChannel ? message.agentId : agentId };
};
