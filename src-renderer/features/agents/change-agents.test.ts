import { describe, expect, it } from 'vitest';
import { moved, removal, returning } from './change-agents.ts';

const rule = (channel: string, agent: string) => ({ channel, agent });
const routing = [rule('a', 'guest'), rule('b', 'main'), rule('c', 'guest')];
const known = { agents: { guest: { name: 'Guest' }, main: { model: 'm' } }, routing };

describe('taking an agent away', () => {
  it('takes its rules too, and both come back', () => {
    const { patch, taken } = removal('guest', known, false);
    expect(patch).toEqual({ agents: { guest: null }, routing: [rule('b', 'main')] });
    expect(returning('guest', taken, { agents: {}, routing: [rule('b', 'main')] })).toEqual({
      agents: { guest: { name: 'Guest' } },
      routing,
    });
  });

  it('leaves what was added to the rules meanwhile', () => {
    const { taken } = removal('guest', known, false);
    const back = returning('guest', taken, { agents: {}, routing: [] });
    expect(back.routing).toEqual([rule('a', 'guest'), rule('c', 'guest')]);
  });

  it('leaves the rules of one that stays under its defaults', () => {
    expect(removal('main', known, true).patch).toEqual({ agents: { main: null } });
  });
});

it('moves a rule up and down, and not beyond the ends', () => {
  expect(moved(routing, 1, -1).map(({ channel }) => channel)).toEqual(['b', 'a', 'c']);
  expect(moved(routing, 1, 1).map(({ channel }) => channel)).toEqual(['a', 'c', 'b']);
  expect(moved(routing, 0, -1)).toBe(routing);
  expect(moved(routing, 2, 1)).toBe(routing);
});
