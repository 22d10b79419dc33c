import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { referTo } from '../../../src-shared/looks-like-secret.ts';
import { AreaField, CheckField, SelectField, TextField } from '../../ui/field.tsx';
import { type BindingForm, bindingKinds, headersOf, httpMethods, usualArgs } from './binding-form.ts';

type BindingFieldsProps = {
  readonly form: BindingForm;
  readonly onChange: (changes: Partial<BindingForm>) => void;
  /** A lone JSON file has no scripts. */
  readonly hasFolder: boolean;
};

/** What a tool runs, and how: the kinds that there are, and the fields of the chosen one. */
export const BindingFields = ({ form, onChange, hasFolder }: BindingFieldsProps): ReactElement => {
  const { t } = useTranslation();
  const kinds = bindingKinds.filter((kind) => hasFolder || kind !== 'script' || form.kind === 'script');
  return (
    <>
      <SelectField
        label={t('skills.bind.kind')}
        value={form.kind}
        options={kinds.map((value) => ({ value, label: t(`skills.bind.kind.${value}`) }))}
        onChoose={(kind) => onChange({ kind })}
      />
      {form.kind === 'command' ? (
        <ArgvField label={t('skills.bind.argv')} value={form.argv} autoFocus onChange={(argv) => onChange({ argv })} />
      ) : null}
      {form.kind === 'script' ? (
        <>
          <TextField
            label={t('skills.bind.file')}
            help={t('skills.bind.fileHelp')}
            value={form.file}
            maxLength={1024}
            onChange={(event) => onChange({ file: event.target.value })}
          />
          <ArgvField label={t('skills.bind.fileArgv')} value={form.fileArgv} onChange={(fileArgv) => onChange({ fileArgv })} />
        </>
      ) : null}
      {form.kind === 'http' ? <HttpFields form={form} onChange={onChange} /> : null}
      {form.kind === 'tool' || form.kind === 'mcp' ? (
        <TextField
          label={t('skills.bind.tool')}
          help={t(`skills.bind.toolHelp.${form.kind}`)}
          value={form.tool}
          maxLength={128}
          onChange={(event) => onChange({ tool: event.target.value })}
        />
      ) : null}
    </>
  );
};

type ArgvFieldProps = {
  readonly label: string;
  readonly value: string;
  readonly autoFocus?: boolean;
  readonly onChange: (value: string) => void;
};

const ArgvField = ({ label, value, autoFocus, onChange }: ArgvFieldProps): ReactElement => {
  const { t } = useTranslation();
  return (
    <AreaField
      label={label}
      help={t('skills.bind.argvHelp', { placeholder: '{name}' })}
      value={value}
      rows={Math.min(10, Math.max(4, value.split('\n').length + 1))}
      autoFocus={autoFocus}
      onChange={(event) => onChange(event.target.value)}
    />
  );
};

const HttpFields = ({ form, onChange }: Pick<BindingFieldsProps, 'form' | 'onChange'>): ReactElement => {
  const { t } = useTranslation();
  return (
    <>
      <div className="grid grid-cols-[8rem_1fr] gap-3">
        <SelectField
          label={t('skills.bind.method')}
          value={form.method}
          options={httpMethods.map((value) => ({ value, label: value }))}
          onChoose={(method) => onChange({ method, args: usualArgs(method) })}
        />
        <TextField
          label={t('skills.bind.url')}
          value={form.url}
          maxLength={4096}
          className="[&_input]:font-mono"
          onChange={(event) => onChange({ url: event.target.value })}
        />
      </div>
      <p className="-mt-1.5 text-muted-foreground text-xs">{t('skills.bind.urlHelp', { placeholder: '{name}' })}</p>
      <SelectField
        label={t('skills.bind.args')}
        value={form.args}
        options={(['json', 'query'] as const)
          .filter((value) => value === 'query' || form.method !== 'GET')
          .map((value) => ({ value, label: t(`skills.bind.args.${value}`) }))}
        onChoose={(args) => onChange({ args })}
      />
      <AreaField
        label={t('skills.bind.headers')}
        help={t('skills.bind.headersHelp', { reference: referTo('NAME') })}
        problem={headersOf(form.headers) === null ? t('skills.bind.headersBad') : null}
        value={form.headers}
        rows={2}
        onChange={(event) => onChange({ headers: event.target.value })}
      />
      <CheckField
        label={t('skills.bind.private')}
        help={t('skills.bind.privateHelp')}
        checked={form.isPrivate}
        onChange={(isPrivate) => onChange({ isPrivate })}
      />
    </>
  );
};
