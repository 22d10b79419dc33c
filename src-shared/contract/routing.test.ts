import { describe, expect, it } from 'vitest';
import { problemOfRule, type RoutingRule, routeTo, routingSchema, ruleFor } from './routing.ts';

const agents = { guest: {}, night: {} };
const ids = ['main', 'dev-coder', 'guest', 'night'];

describe('routing', () => {
  it.each<[why: string, rules: RoutingRule[], origin: { channel: string; sender?: string }, index: number]>([
    ['no rule', [], { channel: 'console' }, -1],
    ['the channel', [{ channel: 'telegram', agent: 'guest' }], { channel: 'telegram', sender: '7' }, 0],
    ['another channel', [{ channel: 'telegram', agent: 'guest' }], { channel: 'api' }, -1],
    ['a channel that only begins alike', [{ channel: 'telegram', agent: 'guest' }], { channel: 'telegram2' }, -1],
    ['the sender, wherever', [{ sender: '7', agent: 'night' }], { channel: 'qq', sender: '7' }, 0],
    ['nobody, where a sender is asked for', [{ sender: '7', agent: 'night' }], { channel: 'api' }, -1],
    ['both', [{ channel: 'telegram', sender: '7', agent: 'night' }], { channel: 'telegram', sender: '7' }, 0],
    ['both, but one is another', [{ channel: 'telegram', sender: '7', agent: 'night' }], { channel: 'telegram', sender: '8' }, -1],
    [
      'the first of two',
      [
        { sender: '7', agent: 'night' },
        { channel: 'telegram', agent: 'guest' },
      ],
      { channel: 'telegram', sender: '7' },
      0,
    ],
    [
      'no agent of that name',
      [
        { channel: 'api', agent: 'gone' },
        { channel: 'api', agent: 'guest' },
      ],
      { channel: 'api' },
      1,
    ],
    ['a rule that names nothing', [{ agent: 'night' }, { channel: 'api', agent: 'guest' }], { channel: 'api' }, 1],
  ])('%s', (_why, rules, origin, index) => expect(ruleFor(rules, origin, ids)).toBe(index));

  it('takes for any rules the first that counts and fits, and only that', () => {
    const channels = [undefined, 'api', 'telegram'];
    const senders = [undefined, '7', '8'];
    const all = channels.flatMap((channel) =>
      senders.flatMap((sender) =>
        ['guest', 'gone'].map((agent): RoutingRule => ({ ...(channel && { channel }), ...(sender && { sender }), agent })),
      ),
    );
    for (const first of all)
      for (const second of all)
        for (const channel of ['api', 'telegram', 'qq'])
          for (const sender of senders) {
            const fits = (rule: RoutingRule): boolean =>
              problemOfRule(rule, ids) === null && [undefined, channel].includes(rule.channel) && [undefined, sender].includes(rule.sender);
            expect(ruleFor([first, second], { channel, sender }, ids)).toBe(fits(first) ? 0 : fits(second) ? 1 : -1);
          }
  });

  it('asks the rules, then the channel', () => {
    const channels = { telegram: { agent: 'guest' }, qq: {} };
    const to = (channel: string, sender?: string) =>
      routeTo({ routing: [{ sender: '7', agent: 'night' }], agents, channels }, { channel, sender });
    expect(to('telegram', '7')).toBe('night');
    expect(to('telegram', '8')).toBe('guest');
    expect(to('qq', '8')).toBeNull();
    expect(to('constructor')).toBeNull();
  });

  it('reads rules strictly', () => {
    expect(routingSchema.safeParse([{ channel: 'api', agnet: 'main' }]).success).toBe(false);
    expect(routingSchema.safeParse([{ channel: '', agent: 'main' }]).success).toBe(false);
    expect(routingSchema.safeParse([{ channel: 'api', agent: 'main' }]).success).toBe(true);
  });
});
