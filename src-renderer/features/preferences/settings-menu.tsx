import { SunMoon } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { languageNames } from '../../i18n/language-names.ts';
import { languages } from '../../i18n/languages.ts';
import { IconButton } from '../../ui/button.tsx';
import { Menu, MenuChoices, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import type { PreferencesStore, Theme } from './preferences-store.ts';

type UiChoice = Parameters<PreferencesStore['choose']>[0];

/** Theme and language from everywhere, also before one is signed in. */
export const SettingsMenu = (): ReactElement => {
  const { t } = useTranslation();
  const { preferences, settings, signIn, desktop } = useConsole();
  const signedIn = useStore(signIn, (state) => state.phase === 'signed-in');
  const choose = (ui: UiChoice): void => {
    // What the token may not keep for every console, or the gateway not hear now, is kept in this one.
    if (signedIn) settings.choose(ui).catch(() => undefined);
    else preferences.choose(ui);
  };
  const { theme, language } = useStore(preferences);
  const themes: readonly { value: Theme; label: string }[] = [
    { value: 'system', label: t('settings.theme.system') },
    { value: 'light', label: t('settings.theme.light') },
    { value: 'dark', label: t('settings.theme.dark') },
  ];
  return (
    <Menu
      side="right"
      trigger={
        <IconButton label={t('settings.appearance.menu')}>
          <SunMoon size={18} />
        </IconButton>
      }
    >
      <MenuChoices label={t('settings.theme')} value={theme} options={themes} onChoose={(theme) => choose({ theme })} />
      <MenuSeparator />
      <MenuChoices
        label={t('settings.language')}
        value={language}
        options={languages.map((value) => ({ value, label: languageNames[value] }))}
        onChoose={(language) => choose({ language })}
      />
      {desktop ? null : (
        <>
          <MenuSeparator />
          <MenuItem onSelect={signIn.signOut}>{t('settings.signOut')}</MenuItem>
        </>
      )}
    </Menu>
  );
};
