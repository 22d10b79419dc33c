import { describe, expect, it } from 'vitest';
import { menuTemplate } from './menu-template.ts';

const rolesIn = (options: Parameters<typeof menuTemplate>[0]): unknown[] =>
  menuTemplate(options)
    .flatMap(({ role, submenu }) => [role, ...(Array.isArray(submenu) ? submenu.map((item) => item.role) : [])])
    .filter(Boolean);

describe('menuTemplate', () => {
  it('speaks Chinese where the system does, else English', () => {
    const first = (locale: string) => menuTemplate({ locale, platform: 'linux', developerTools: false })[0]?.label;
    expect([first('zh-CN'), first('zh-TW'), first('en-US'), first('de'), first('')]).toEqual([
      '文件(&F)',
      '文件(&F)',
      '&File',
      '&File',
      '&File',
    ]);
  });

  it('has developer tools only where they are asked for', () => {
    expect(rolesIn({ locale: 'en', platform: 'linux', developerTools: false })).not.toContain('toggleDevTools');
    expect(rolesIn({ locale: 'en', platform: 'linux', developerTools: true })).toContain('toggleDevTools');
  });

  it('has the app menu on macOS, and no access keys', () => {
    const mac = menuTemplate({ locale: 'zh-CN', platform: 'darwin', developerTools: false });
    expect(mac.map(({ role, label }) => role ?? label)).toEqual(['appMenu', '文件', '编辑', '视图', '窗口']);
  });
});
