import { describe, expect, it } from 'vitest';
import { type CloseChoice, decideClose } from './close-choice.ts';

const close = async (kept: CloseChoice | null, tray: boolean, answer: { chosen: 'hide' | 'quit' | 'stay'; remember: boolean } | null) => {
  const remembered: CloseChoice[] = [];
  const outcome = await decideClose({
    choice: () => kept,
    remember: async (choice) => void remembered.push(choice),
    trayIsShown: async () => tray,
    ask: async () => answer ?? expect.unreachable('nobody should be asked'),
  });
  return { outcome, remembered };
};

describe('closing the window', () => {
  it.each(['hide', 'quit', 'stay'] as const)('asks, and does what was answered: %s', async (chosen) => {
    expect(await close('ask', true, { chosen, remember: false })).toEqual({ outcome: chosen, remembered: [] });
  });

  it('asks once where the answer is to be remembered, but a cancel is no answer', async () => {
    expect((await close('ask', true, { chosen: 'hide', remember: true })).remembered).toEqual(['hide']);
    expect((await close('ask', true, { chosen: 'quit', remember: true })).remembered).toEqual(['quit']);
    expect((await close('ask', true, { chosen: 'stay', remember: true })).remembered).toEqual([]);
  });

  it('asks nobody who has chosen', async () => {
    expect((await close('hide', true, null)).outcome).toBe('hide');
    expect((await close('quit', true, null)).outcome).toBe('quit');
  });

  it('never hides where no tray would bring the window back', async () => {
    expect((await close('ask', false, null)).outcome).toBe('quit');
    expect((await close('hide', false, null)).outcome).toBe('minimize');
    expect((await close('quit', false, null)).outcome).toBe('quit');
  });

  it('quits where no gateway runs: there is nothing to go on', async () => {
    expect((await close(null, true, null)).outcome).toBe('quit');
  });
});
