import { createStore, type StoreApi } from 'zustand/vanilla';
import { type Language, languages } from '../../i18n/languages.ts';

export type Theme = 'system' | 'light' | 'dark';
export type Preferences = { readonly theme: Theme; readonly language: Language };
export type PreferencesStore = StoreApi<Preferences>;

type PreferencesPorts = {
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
  /** The languages the browser asks for, best first. */
  readonly preferred: readonly string[];
};

// public/theme.js reads the first one before the first paint.
const themeKey = 'openclaw.theme';
const languageKey = 'openclaw.language';
const themes: readonly Theme[] = ['system', 'light', 'dark'];

/** Language and theme, kept in this browser or window. */
export const createPreferencesStore = ({ storage, preferred }: PreferencesPorts): PreferencesStore => {
  const theme = storage.getItem(themeKey);
  const language = storage.getItem(languageKey);
  const store = createStore<Preferences>(() => ({
    theme: themes.find((one) => one === theme) ?? 'system',
    language: languages.find((one) => one === language) ?? languageFor(preferred),
  }));
  store.subscribe((now) => {
    storage.setItem(themeKey, now.theme);
    storage.setItem(languageKey, now.language);
  });
  return store;
};

/** Every Chinese reads simplified Chinese better than English; every other language gets English. */
export const languageFor = (preferred: readonly string[]): Language => (/^zh\b/i.test(preferred[0] ?? '') ? 'zh-CN' : 'en');
