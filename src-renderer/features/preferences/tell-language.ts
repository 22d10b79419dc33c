import type { DesktopBridge } from '../../../src-shared/contract/ipc.ts';
import type { PreferencesStore } from './preferences-store.ts';

/** Tells the desktop shell which language the console speaks, now and when it changes; returns its undo. */
export const tellLanguage = (preferences: PreferencesStore, bridge: Pick<DesktopBridge, 'call'> | undefined): (() => void) => {
  let told = '';
  const tell = (): void => {
    const { language } = preferences.getState();
    if (language === told) return;
    told = language;
    // Menus that stay in the language of before are no reason to say anything.
    void bridge?.call('shell:language', { language }).catch(() => undefined);
  };
  tell();
  return preferences.subscribe(tell);
};
