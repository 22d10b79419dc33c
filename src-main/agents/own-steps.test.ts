import { describe, expect, it } from 'vitest';
import { createManualClock } from '../testing/manual-clock.ts';
import type { ModelMessage } from './models/model-client.ts';
import { createOwnSteps } from './own-steps.ts';

const question: ModelMessage = { role: 'user', content: 'hi' };
const calls = (name: string): ModelMessage => ({ role: 'assistant', content: '', toolCalls: [{ id: 'c', name, argumentsJson: '{}' }] });
const steps = [calls('look'), { role: 'tool' as const, toolCallId: 'c', name: 'look', content: 'seen' }];
const brought = [question, calls('theirs')];

describe('own steps', () => {
  it('stand before the calls that followed them, in that conversation of that owner only', () => {
    const own = createOwnSteps(createManualClock());
    own.keep('me', [question], steps);
    expect(own.restore('me', brought)).toEqual([question, ...steps, calls('theirs')]);
    expect(own.restore('you', brought)).toEqual(brought);
    const edited = [{ ...question, content: 'ho' }, calls('theirs')];
    expect(own.restore('me', edited)).toEqual(edited);
  });

  it('are forgotten after ten minutes, and the oldest where there are many', () => {
    const clock = createManualClock();
    const own = createOwnSteps(clock);
    own.keep('me', [question], steps);
    clock.advance(10 * 60_000);
    expect(own.restore('me', brought)).toEqual(brought);
    for (let n = 0; n < 201; n += 1) own.keep(`${n}`, [question], steps);
    expect(own.restore('0', brought)).toEqual(brought);
    expect(own.restore('200', brought)).toHaveLength(4);
  });
});
