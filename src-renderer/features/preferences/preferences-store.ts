import { createStore, type StoreApi } from 'zustand/vanilla';
import { type Language, languages } from '../../i18n/languages.ts';

export type Theme = 'system' | 'light' | 'dark';
export type Preferences = { readonly theme: Theme; readonly language: Language };
export type PreferencesStore = StoreApi<Preferences> & {
  /** Takes what the configuration says. `auto`: as the browser has it. */
  readonly choose: (ui: { readonly theme?: Theme; readonly language?: Language | 'auto' }) => void;
};

type PreferencesPorts = {
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
  /** The languages the browser asks for, best first. */
  readonly preferred: readonly string[];
};

// public/theme.js reads the first one before the first paint.
const themeKey = 'openclaw.theme';
const languageKey = 'openclaw.language';
const themes: readonly Theme[] = ['system', 'light', 'dark'];

/** Language and theme. Kept in this browser or window, so that they are right before the gateway has answered. */
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
  return Object.assign(store, {
    choose: ({ theme: chosen, language: spoken }: Parameters<PreferencesStore['choose']>[0]) =>
      store.setState({
        ...(chosen === undefined ? {} : { theme: chosen }),
        ...(spoken === undefined ? {} : { language: spoken === 'auto' ? languageFor(preferred) : spoken }),
      }),
  });
};

/** Every Chinese reads simplified Chinese better than English; every other language gets English. */
export const languageFor = (preferred: readonly string[]): Language => (/^zh\b/i.test(preferred[0] ?? '') ? 'zh-CN' : 'en');
