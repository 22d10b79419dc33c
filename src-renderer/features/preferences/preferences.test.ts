// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';
import { createI18n } from '../../i18n/create-i18n.ts';
import { memoryStorage } from '../../testing/memory-storage.ts';
import { applyPreferences } from './apply-preferences.ts';
import { createPreferencesStore, languageFor } from './preferences-store.ts';

const systemTheme = (dark: boolean) => {
  const target = new EventTarget();
  return Object.assign(target, { matches: dark }) as unknown as MediaQueryList & { matches: boolean };
};

describe('preferences', () => {
  it.each([
    [['zh-CN', 'en'], 'zh-CN'],
    [['zh-Hant-TW'], 'zh-CN'],
    [['en-GB', 'zh'], 'en'],
    [['de'], 'en'],
    [[], 'en'],
  ])('takes the language of the browser: %j', (preferred, language) => {
    expect(languageFor(preferred)).toBe(language);
  });

  it('keeps what was chosen', () => {
    const storage = memoryStorage();
    createPreferencesStore({ storage, preferred: ['en'] }).setState({ theme: 'dark', language: 'zh-CN' });
    expect(createPreferencesStore({ storage, preferred: ['en'] }).getState()).toEqual({ theme: 'dark', language: 'zh-CN' });
  });

  it('follows the system until a theme is chosen', () => {
    const preferences = createPreferencesStore({ storage: memoryStorage(), preferred: ['en'] });
    const system = systemTheme(false);
    const root = document.createElement('html');
    const undo = applyPreferences(preferences, createI18n('en'), root, system);
    expect(root.dataset.theme).toBe('light');
    Object.assign(system, { matches: true });
    system.dispatchEvent(new Event('change'));
    expect(root.dataset.theme).toBe('dark');
    preferences.setState({ theme: 'light', language: 'zh-CN' });
    expect([root.dataset.theme, root.lang]).toEqual(['light', 'zh-CN']);
    undo();
  });
});
