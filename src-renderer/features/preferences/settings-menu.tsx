import { Settings } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { languageNames } from '../../i18n/language-names.ts';
import { languages } from '../../i18n/languages.ts';
import { IconButton } from '../../ui/button.tsx';
import { Menu, MenuChoices, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import type { Theme } from './preferences-store.ts';

/** Theme and language, until there is a settings page. */
export const SettingsMenu = (): ReactElement => {
  const { t } = useTranslation();
  const { preferences, signIn, desktop } = useConsole();
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
        <IconButton label={t('nav.settings')}>
          <Settings size={18} />
        </IconButton>
      }
    >
      <MenuChoices
        label={t('settings.theme')}
        value={theme}
        options={themes}
        onChoose={(value) => preferences.setState({ theme: value })}
      />
      <MenuSeparator />
      <MenuChoices
        label={t('settings.language')}
        value={language}
        options={languages.map((value) => ({ value, label: languageNames[value] }))}
        onChoose={(value) => preferences.setState({ language: value })}
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
