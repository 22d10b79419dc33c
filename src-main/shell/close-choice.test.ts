import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type CloseChoice, decideClose, keepCloseChoice } from './close-choice.ts';

const folder = mkdtempSync(join(tmpdir(), 'openclaw-close-'));
afterAll(() => rmSync(folder, { recursive: true }));

const close = async (kept: CloseChoice, tray: boolean, answer: { chosen: 'hide' | 'quit' | 'stay'; remember: boolean } | null) => {
  const written: CloseChoice[] = [];
  const outcome = await decideClose({
    choice: { read: () => kept, write: (choice) => void written.push(choice) },
    trayIsShown: async () => tray,
    ask: async () => answer ?? expect.unreachable('nobody should be asked'),
  });
  return { outcome, written };
};

describe('closing the window', () => {
  it.each(['hide', 'quit', 'stay'] as const)('asks, and does what was answered: %s', async (chosen) => {
    expect(await close('ask', true, { chosen, remember: false })).toEqual({ outcome: chosen, written: [] });
  });

  it('asks once where the answer is to be remembered, but a cancel is no answer', async () => {
    expect((await close('ask', true, { chosen: 'hide', remember: true })).written).toEqual(['hide']);
    expect((await close('ask', true, { chosen: 'quit', remember: true })).written).toEqual(['quit']);
    expect((await close('ask', true, { chosen: 'stay', remember: true })).written).toEqual([]);
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
});

describe('the choice', () => {
  it('is kept in a file, and a file that is none of ours asks', () => {
    const file = join(folder, 'desktop.json');
    expect(keepCloseChoice(file).read()).toBe('ask');
    keepCloseChoice(file).write('hide');
    expect(keepCloseChoice(file).read()).toBe('hide');
    for (const broken of ['', '{', '{"closeToTray":"maybe"}', 'null']) {
      writeFileSync(file, broken);
      expect(keepCloseChoice(file).read()).toBe('ask');
    }
    expect(() => keepCloseChoice('/nowhere/desktop.json').write('hide')).not.toThrow();
  });
});
