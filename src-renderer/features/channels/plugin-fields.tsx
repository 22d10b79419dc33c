import { type ReactElement, type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useConsole } from '../../console-context.ts';
import { SchemaInput } from '../../schema-form/schema-input.tsx';
import { TextField } from '../../ui/field.tsx';
import { Markdown } from '../../ui/markdown.tsx';
import { type ChannelForm, type PluginField, shownValue } from './channel-form.ts';
import { hintText, type PluginForm } from './plugin-form.ts';

type FieldProps = {
  readonly plugin: PluginForm;
  readonly form: ChannelForm;
  /** Names of what the keychain has. */
  readonly kept: readonly string[];
  readonly onChange: (changes: Partial<ChannelForm>) => void;
};

/** A form made from the plugin's own JSON Schema, in the plugin's words. */
export const PluginFields = ({ fields, ...props }: FieldProps & { readonly fields: readonly PluginField[] }): ReactElement | null => {
  const { t } = useTranslation();
  const heading = useId();
  if (fields.length === 0) return null;
  return (
    <section aria-labelledby={heading} className="flex flex-col gap-4">
      <h2 id={heading} className="border-b pb-1.5 font-semibold text-[13px]">
        {t('channels.form.plugin')}
      </h2>
      {fields.map((field) => (
        <PluginInput key={field.path.join('.')} field={field} {...props} />
      ))}
    </section>
  );
};

const PluginInput = ({ field, plugin, form, kept, onChange }: FieldProps & { readonly field: PluginField }): ReactElement => {
  const { t, i18n } = useTranslation();
  const name = field.path.join('.');
  const hint = plugin.uiHints[field.path[0] ?? ''];
  const words = hintText(hint, 'label', i18n.language) ?? name;
  const text = hintText(hint, 'help', i18n.language) ?? field.help;
  const shared = {
    label: field.required ? words : t('channels.form.optional', { label: words }),
    help: text === '' ? undefined : <Help text={text} />,
    placeholder: hint?.placeholder,
  };
  return field.secret ? (
    <SecretField
      {...shared}
      isKept={kept.includes(name)}
      value={form.secrets[name] ?? ''}
      onChange={(value) => onChange({ secrets: { ...form.secrets, [name]: value } })}
    />
  ) : (
    <SchemaInput
      {...shared}
      field={field}
      value={shownValue(field, form)}
      onChange={(value) => {
        onChange({ options: { ...form.options, [name]: value } });
        return true;
      }}
    />
  );
};

/** Where a value is found, with links that open outside. */
const Help = ({ text }: { readonly text: string }): ReactElement => {
  const { openExternal } = useConsole();
  return (
    <div className="hint">
      <Markdown text={text} streaming={false} onLink={openExternal} />
    </div>
  );
};

type SecretFieldProps = {
  readonly label: string;
  readonly help: ReactNode;
  readonly placeholder: string | undefined;
  readonly isKept: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
};

/** It goes to the keychain, and never comes back here. */
const SecretField = ({ label, help, placeholder, isKept, value, onChange }: SecretFieldProps): ReactElement => {
  const { t } = useTranslation();
  return (
    <TextField
      type="password"
      autoComplete="new-password"
      label={label}
      help={
        <>
          <p>{t(isKept ? 'channels.form.kept' : 'channels.form.toKeychain')}</p>
          {help}
        </>
      }
      placeholder={isKept ? '••••••••' : placeholder}
      maxLength={8_192}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
};
