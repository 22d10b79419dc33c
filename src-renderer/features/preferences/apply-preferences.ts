import type { i18n } from 'i18next';
import type { Preferences, PreferencesStore } from './preferences-store.ts';

/** Puts theme and language on the document and keeps them there; returns its undo. */
export const applyPreferences = (
  preferences: PreferencesStore,
  i18n: i18n,
  root: HTMLElement,
  prefersDark: Pick<MediaQueryList, 'matches' | 'addEventListener' | 'removeEventListener'>,
): (() => void) => {
  const apply = ({ theme, language }: Preferences): void => {
    root.dataset.theme = theme === 'dark' || (theme === 'system' && prefersDark.matches) ? 'dark' : 'light';
    root.lang = language;
    if (i18n.language !== language) void i18n.changeLanguage(language);
  };
  const again = (): void => apply(preferences.getState());
  again();
  prefersDark.addEventListener('change', again);
  const undo = preferences.subscribe(apply);
  return () => {
    undo();
    prefersDark.removeEventListener('change', again);
  };
};
