import { describe, expect, it } from 'vitest';
import { routeTo } from '../../src-shared/contract/routing.ts';
import { chooseAgent } from './choose-agent.ts';

const config = { routing: [{ sender: '7', agent: 'night' }], agents: { guest: {}, night: {} }, channels: { telegram: { agent: 'guest' } } };
const choose = (message: Partial<Parameters<typeof chooseAgent>[0]>) =>
  chooseAgent(
    { content: 'x', channel: 'telegram', via: 'channel', ...message },
    {
      requireAgent: () => undefined,
      defaultAgent: 'main',
      address: async (content, agentId) => (content.startsWith('@dev-coder') ? 'dev-coder' : agentId),
      routeTo: (origin) => routeTo(config, origin),
    },
  );

describe('which agent a message is for', () => {
  it.each<[string, Parameters<typeof choose>[0], string, string | undefined]>([
    ['whom it names, before all', { agentId: 'main', sender: '7' }, 'main', 'main'],
    ['the @name, before the rules', { content: '@dev-coder x', sender: '7' }, 'dev-coder', 'dev-coder'],
    ['no @name of somebody that nobody has let in', { content: '@dev-coder x', isStranger: true }, 'guest', 'guest'],
    ['the rule, before the channel', { sender: '7' }, 'night', 'night'],
    ["the channel's agent, each time", { sender: '8' }, 'guest', 'guest'],
    ['the default in a channel that names none', { channel: 'qq' }, 'main', 'main'],
    ['elsewhere the rule for a session that begins only', { via: 'ws', sender: '7' }, 'night', undefined],
    ['elsewhere the @name in any session', { via: 'ws', content: '@dev-coder x' }, 'dev-coder', 'dev-coder'],
  ])('%s', async (_why, message, agentId, named) => expect(await choose(message)).toEqual({ agentId, named }));
});
