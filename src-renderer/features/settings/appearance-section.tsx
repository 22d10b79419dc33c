import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useConsole } from '../../console-context.ts';
import { languageNames } from '../../i18n/language-names.ts';
import { languages } from '../../i18n/languages.ts';
import { ErrorCard } from '../../ui/error-card.tsx';
import { SelectField } from '../../ui/field.tsx';
import { SectionHead } from './section-head.tsx';
import type { KnownConfig } from './settings-store.ts';
import { useSave } from './use-save.ts';

export const AppearanceSection = ({ ui }: { readonly ui: KnownConfig['ui'] }): ReactElement => {
  const { t } = useTranslation();
  const { settings, desktop } = useConsole();
  const { error, save } = useSave();
  return (
    <section className="flex max-w-xl flex-col gap-5">
      <SectionHead title={t('settings.section.appearance')} text={t('settings.appearance.text')} />
      <SelectField
        label={t('settings.language')}
        value={ui.language}
        options={[
          { value: 'auto', label: t('settings.language.auto') },
          ...languages.map((value) => ({ value, label: languageNames[value] })),
        ]}
        onChoose={(language) => void save(() => settings.choose({ language }))}
      />
      <SelectField
        label={t('settings.theme')}
        value={ui.theme}
        options={(['system', 'light', 'dark'] as const).map((value) => ({ value, label: t(`settings.theme.${value}`) }))}
        onChoose={(theme) => void save(() => settings.choose({ theme }))}
      />
      {desktop ? (
        <SelectField
          label={t('settings.closeToTray')}
          value={ui.closeToTray}
          options={(['ask', 'hide', 'quit'] as const).map((value) => ({ value, label: t(`settings.closeToTray.${value}`) }))}
          onChoose={(closeToTray) => void save(() => settings.patch({ ui: { closeToTray } }))}
        />
      ) : null}
      <div role="alert" className="empty:hidden">
        {error ? <ErrorCard error={error} /> : null}
      </div>
    </section>
  );
};
