import type { KeyboardEvent, ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { CheckField, SelectField, TextField } from '../ui/field.tsx';
import { ListEditor } from '../ui/list-editor.tsx';
import type { SchemaField } from './schema-fields.ts';

type SchemaInputProps = {
  readonly field: SchemaField;
  readonly label: string;
  readonly help?: ReactNode;
  readonly problem?: string | undefined;
  readonly placeholder?: string | undefined;
  readonly busy?: boolean;
  /** Of a line, text as it is typed. */
  readonly value: unknown;
  readonly onChange: (value: unknown) => boolean | Promise<boolean>;
  /** Of the one field that can be typed in. */
  readonly onTyped?: () => void;
  readonly onBlur?: () => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
};

/** The control that fits a key of a JSON Schema. */
export const SchemaInput = (props: SchemaInputProps): ReactElement => {
  const { field, label, help, problem, placeholder, busy = false, value, onChange, onTyped, onBlur, onKeyDown } = props;
  const { t } = useTranslation();
  switch (field.kind) {
    case 'choice':
      return (
        <SelectField
          label={label}
          help={help}
          problem={problem}
          value={String(value ?? '')}
          options={[
            ...(field.fallback === undefined && (value ?? null) === null ? [{ value: '', label: t('settings.all.notSet') }] : []),
            ...field.options.map((option) => ({ value: option, label: option })),
          ]}
          onChoose={(chosen) => void onChange(chosen === '' ? null : chosen)}
        />
      );
    case 'switch':
      return (
        <CheckField
          label={label}
          help={problem ?? help}
          checked={value === true}
          disabled={field.fixed || busy}
          onChange={(checked) => void onChange(checked)}
        />
      );
    case 'list':
      return (
        <ListEditor
          label={label}
          help={help}
          problem={problem}
          placeholder={placeholder}
          busy={busy}
          values={Array.isArray(value) ? value.map(String) : []}
          onChange={(values) => onChange(values.length === 0 && field.fallback === undefined ? null : values)}
          {...(onTyped ? { onTyped } : {})}
        />
      );
    default:
      return (
        <TextField
          label={label}
          help={withRange(help, field)}
          problem={problem}
          inputMode={field.kind === 'number' ? 'numeric' : undefined}
          placeholder={placeholder ?? t('settings.all.notSet')}
          value={String(value ?? '')}
          onChange={(event) => {
            void onChange(event.target.value);
            onTyped?.();
          }}
          onBlur={onBlur}
          onKeyDown={onKeyDown}
        />
      );
  }
};

const withRange = (help: ReactNode, { kind, min, max }: SchemaField): ReactNode => {
  if (kind !== 'number' || min === undefined || max === undefined || max >= 1e9) return help;
  return (
    <>
      {help}
      {help ? ' · ' : ''}
      {min}–{max}
    </>
  );
};
