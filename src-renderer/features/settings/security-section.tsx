import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useConsole } from '../../console-context.ts';
import { CheckField, SelectField } from '../../ui/field.tsx';
import { ListEditor } from '../../ui/list-editor.tsx';
import { PinSetting } from './pin-setting.tsx';
import { SectionHead } from './section-head.tsx';
import type { KnownConfig } from './settings-store.ts';
import { useSave } from './use-save.ts';

type Security = KnownConfig['security'];

const callers = ['allowedOrigins', 'allowedHosts', 'ipAllowlist'] as const;
type ListName = (typeof callers)[number] | 'requirePinFor';

export const SecuritySection = ({ security }: { readonly security: Security }): ReactElement => {
  const { t } = useTranslation();
  return (
    <section className="flex max-w-xl flex-col gap-7">
      <PinSetting />
      <div className="flex flex-col gap-5">
        <SectionHead title={t('settings.access')} text={t('settings.access.text')} />
        {callers.map((key) => (
          <SecurityList key={key} name={key} values={security[key]} />
        ))}
        <StatusSwitch on={security.statusRequiresToken} />
      </div>
      <div className="flex flex-col gap-5">
        <SectionHead title={t('settings.tools')} text={t('settings.tools.text')} />
        <ShellMode mode={security.shell.mode} />
        <SecurityList name="requirePinFor" values={security.requirePinFor} />
      </div>
    </section>
  );
};

const SecurityList = ({ name, values }: { readonly name: ListName; readonly values: readonly string[] }): ReactElement => {
  const { t } = useTranslation();
  const { settings } = useConsole();
  const state = useSave();
  return (
    <ListEditor
      label={t(`settings.access.${name}`)}
      help={t(`settings.access.${name}Help`)}
      placeholder={t(`settings.access.${name}Example`)}
      values={values}
      problem={state.error?.message}
      busy={state.busy}
      onTyped={state.forget}
      onChange={(next) => state.save(() => settings.patch({ security: { [name]: next.length === 0 ? null : next } }))}
    />
  );
};

const ShellMode = ({ mode }: { readonly mode: Security['shell']['mode'] }): ReactElement => {
  const { t } = useTranslation();
  const { settings } = useConsole();
  const { busy, error, save } = useSave();
  return (
    <SelectField
      label={t('settings.tools.shell')}
      value={mode}
      disabled={busy}
      problem={error?.message}
      options={(['ask', 'allow', 'deny'] as const).map((value) => ({ value, label: t(`settings.tools.shell.${value}`) }))}
      onChoose={(next) => void save(() => settings.patch({ security: { shell: { mode: next } } }))}
    />
  );
};

const StatusSwitch = ({ on }: { readonly on: boolean }): ReactElement => {
  const { t } = useTranslation();
  const { settings } = useConsole();
  const { busy, error, save } = useSave();
  return (
    <CheckField
      label={t('settings.access.statusRequiresToken')}
      help={error?.message ?? t('settings.access.statusRequiresTokenHelp')}
      checked={on}
      disabled={busy}
      onChange={(checked) => void save(() => settings.patch({ security: { statusRequiresToken: checked || null } }))}
    />
  );
};
