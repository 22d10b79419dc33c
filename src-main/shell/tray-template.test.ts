import { describe, expect, it } from 'vitest';
import type { AppState } from './app-state.ts';
import { trayTemplate } from './tray-template.ts';
import { wordsFor } from './words.ts';

const labels = (state: AppState, language = 'en') => {
  const nothing = (): void => undefined;
  return trayTemplate(state, wordsFor(language), { open: nothing, pull: nothing, release: nothing, quit: nothing }).map(
    ({ label, type, enabled }) => (label === undefined ? type : enabled === false ? `(${label})` : label),
  );
};

describe('the menu of the tray', () => {
  it('says how things stand, and offers what there is to do', () => {
    expect(labels({ kind: 'working', turns: 2 })).toEqual([
      '(Working: 2 under way)',
      'separator',
      'Open OpenClaw',
      'Stop Everything',
      'separator',
      'Quit OpenClaw',
    ]);
    expect(labels({ kind: 'stopped', turns: 0 }, 'zh-CN')).toEqual([
      '(已停止：重新开始之前不会执行任何任务)',
      'separator',
      '打开 OpenClaw',
      '重新开始',
      'separator',
      '退出 OpenClaw',
    ]);
  });

  it('has no brake to pull while there is no gateway', () => {
    for (const kind of ['starting', 'error'] as const) expect(labels({ kind, turns: 0 })).toContain('(Stop Everything)');
  });
});
