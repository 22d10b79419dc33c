import { expect, it } from 'vitest';
import { memoryStorage } from '../../testing/memory-storage.ts';
import { createPreferencesStore } from './preferences-store.ts';
import { tellLanguage } from './tell-language.ts';

it('tells the shell the language, and again only when it is another', () => {
  const preferences = createPreferencesStore({ storage: memoryStorage(), preferred: ['zh-CN'] });
  const told: unknown[] = [];
  const call = async (...args: unknown[]): Promise<never> => {
    told.push(args);
    throw new Error('a shell of an older version');
  };
  const undo = tellLanguage(preferences, { call });
  preferences.setState({ theme: 'dark' });
  preferences.setState({ language: 'en' });
  undo();
  preferences.setState({ language: 'zh-CN' });
  expect(told).toEqual([
    ['shell:language', { language: 'zh-CN' }],
    ['shell:language', { language: 'en' }],
  ]);
});
