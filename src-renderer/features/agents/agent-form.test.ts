import { describe, expect, it } from 'vitest';
import type { AgentConfig } from '../../../src-shared/contract/config.ts';
import { entryOf, formOf, freeId, patchFor, problemsOf } from './agent-form.ts';

const whole: AgentConfig = {
  name: 'Guest',
  model: 'local',
  system: 'Be brief.\n',
  tools: ['file_read', 'github.*'],
  skills: [],
  workspace: '~/guests',
  maxSteps: 8,
  budget: { dailyUsd: 1.5, perTurnUsd: 0 },
};

describe('the form of an agent', () => {
  it('says what the configuration says, and back', () => {
    expect(entryOf(formOf('guest', whole))).toEqual(whole);
    expect(entryOf(formOf('guest', {}))).toEqual({});
  });

  it.each([
    ['an id with a capital', { id: 'Guest' }, ['id']],
    ['an id that is taken', { id: 'main' }, ['idTaken']],
    ['steps that are no number', { maxSteps: 'many' }, ['maxSteps']],
    ['too many steps', { maxSteps: '201' }, ['maxSteps']],
    ['half a step', { maxSteps: '1.5' }, ['maxSteps']],
    ['money below nothing', { dailyUsd: '-1' }, ['dailyUsd']],
    ['money in words', { perTurnUsd: '1,50' }, ['perTurnUsd']],
    ['a name that is too long', { name: 'x'.repeat(129) }, ['name']],
    ['nothing', {}, []],
  ])('finds %s', (_what, change, problems) =>
    expect([...problemsOf({ ...formOf('guest', whole), ...change }, ['main'])]).toEqual(problems),
  );

  it('takes away what was emptied, a budget by halves too', () => {
    const emptied = { ...formOf('guest', whole), model: ' ', tools: null, dailyUsd: '' };
    expect(patchFor(emptied)).toMatchObject({
      agents: { guest: { model: null, tools: null, name: 'Guest', budget: { dailyUsd: null, perTurnUsd: 0 } } },
    });
    expect(patchFor(formOf('guest', {}))).toMatchObject({ agents: { guest: { budget: null, maxSteps: null } } });
  });

  it('finds a name for a copy', () => {
    expect(freeId('guest', ['guest', 'guest-2'])).toBe('guest-3');
    expect(freeId('x'.repeat(64), [])).toHaveLength(64);
  });
});
