import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { pageIds } from '../../src-renderer/navigation.ts';
import { type MenuOptions, menuTemplate } from './menu-template.ts';
import { consolePages } from './navigation-rules.ts';
import { wordsFor } from './words.ts';

const setUp = (options: Partial<MenuOptions> & { readonly language?: string } = {}) => {
  const done: string[] = [];
  const top = menuTemplate({
    words: wordsFor(options.language ?? 'en'),
    platform: 'linux',
    developerTools: false,
    state: { kind: 'ready', turns: 0 },
    keepsRunning: false,
    actions: {
      openPage: (page) => void done.push(`open ${page}`),
      pull: () => void done.push('pull'),
      release: () => void done.push('release'),
      keepRunning: (on) => void done.push(`keep ${on}`),
      openApiDocs: () => void done.push('docs'),
      about: () => void done.push('about'),
    },
    ...options,
  });
  const items = top.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));
  const item = (id: string): MenuItemConstructorOptions => items.find((one) => one.id === id) ?? expect.unreachable(id);
  const click = (id: string, checked = false): void => item(id).click?.({ checked } as never, undefined, {} as never);
  const roles = items.map(({ role }) => role).filter(Boolean);
  return { top, items, item, click, roles, done };
};

describe('menuTemplate', () => {
  it('speaks Chinese where the system does, else English', () => {
    const first = (language: string) => setUp({ language }).top[0]?.label;
    expect([first('zh-CN'), first('zh-TW'), first('en-US'), first('de'), first('')]).toEqual([
      '文件(&F)',
      '文件(&F)',
      '&File',
      '&File',
      '&File',
    ]);
  });

  it('has developer tools only where they are asked for', () => {
    expect(setUp().roles).not.toContain('toggleDevTools');
    expect(setUp({ developerTools: true }).roles).toContain('toggleDevTools');
  });

  it('has the app menu on macOS, and no access keys', () => {
    const { top, roles } = setUp({ platform: 'darwin', language: 'zh-CN' });
    expect(top.map(({ role, label }) => label ?? role)).toEqual(['appMenu', '文件', '编辑', '视图', '窗口', '帮助']);
    // Those are in the app menu there.
    expect(roles).not.toContain('quit');
  });

  it('opens pages, the documentation and the about panel', () => {
    const { click, done } = setUp();
    for (const id of ['page-settings', 'page-chat', 'page-tokens', 'page-logs', 'page-channels', 'api-docs', 'about']) click(id);
    expect(done).toEqual(['open settings', 'open chat', 'open tokens', 'open logs', 'open channels', 'docs', 'about']);
  });

  it('names pages that the console has', () => {
    expect(pageIds).toEqual(expect.arrayContaining([...consolePages]));
  });

  it('pulls the brake, and releases it once it is pulled', () => {
    const working = setUp({ state: { kind: 'working', turns: 2 } });
    expect(working.item('brake').label).toBe('Stop Everything');
    working.click('brake');
    const stopped = setUp({ state: { kind: 'stopped', turns: 0 } });
    expect(stopped.item('brake').label).toBe('Start Again');
    stopped.click('brake');
    expect([...working.done, ...stopped.done]).toEqual(['pull', 'release']);
  });

  it('offers nothing of a gateway that is not there', () => {
    const { item } = setUp({ state: { kind: 'error', turns: 0 } });
    expect(['page-settings', 'api-docs', 'brake'].map((id) => item(id).enabled)).toEqual([false, false, false]);
  });

  it('shows and changes what closing the window does', () => {
    const { item, click, done } = setUp({ keepsRunning: true });
    expect(item('keep-running').checked).toBe(true);
    click('keep-running', false);
    expect(done).toEqual(['keep false']);
  });

  it('gives each item a key of its own', () => {
    const keys = setUp().items.flatMap(({ accelerator }) => accelerator ?? []);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
