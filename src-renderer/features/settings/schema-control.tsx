import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useConsole } from '../../console-context.ts';
import { CheckField, SelectField, TextField } from '../../ui/field.tsx';
import { ListEditor } from './list-editor.tsx';
import { patchAt, type SchemaField } from './schema-fields.ts';
import { useSave } from './use-save.ts';

type SchemaControlProps = { readonly field: SchemaField; readonly help: string };

/** One key, saved as soon as it is left. What says the same as the default goes out of the file. */
export const SchemaControl = ({ field, help }: SchemaControlProps): ReactElement => {
  const { settings } = useConsole();
  const state = useSave();
  const label = field.path.at(-1) ?? '';
  const put = (value: unknown): Promise<boolean> =>
    state.save(() => settings.patch(patchAt(field.path, JSON.stringify(value) === JSON.stringify(field.fallback) ? null : value)));
  const problem = state.error?.message;

  switch (field.kind) {
    case 'choice':
      return <ChoiceControl field={field} label={label} help={help} problem={problem} onPut={put} />;
    case 'switch':
      return (
        <CheckField
          label={label}
          help={problem ?? help}
          checked={field.value === true}
          disabled={field.fixed || state.busy}
          onChange={(checked) => void put(checked)}
        />
      );
    case 'list':
      return (
        <ListEditor
          label={label}
          help={help}
          values={Array.isArray(field.value) ? field.value.map(String) : []}
          state={state}
          onChange={(values) => put(values.length === 0 && field.fallback === undefined ? null : values)}
        />
      );
    default:
      return <LineControl field={field} label={label} help={help} problem={problem} onPut={put} onTyped={state.forget} />;
  }
};

type ControlProps = SchemaControlProps & {
  readonly label: string;
  readonly problem: string | undefined;
  readonly onPut: (value: unknown) => Promise<boolean>;
};

const ChoiceControl = ({ field, label, help, problem, onPut }: ControlProps): ReactElement => {
  const { t } = useTranslation();
  const unset = field.fallback === undefined;
  return (
    <SelectField
      label={label}
      help={help}
      problem={problem}
      value={String(field.value ?? '')}
      options={[
        ...(unset && field.value === undefined ? [{ value: '', label: t('settings.all.notSet') }] : []),
        ...field.options.map((value) => ({ value, label: value })),
      ]}
      onChoose={(value) => void onPut(value === '' ? null : value)}
    />
  );
};

const LineControl = ({ field, label, help, problem, onPut, onTyped }: ControlProps & { readonly onTyped: () => void }): ReactElement => {
  const { t } = useTranslation();
  const shown = field.value === undefined ? '' : String(field.value);
  /** null: nothing is typed, and what the configuration says is shown. */
  const [text, setText] = useState<string | null>(null);
  const commit = async (): Promise<void> => {
    if (text === null) return;
    if (text === shown || (await onPut(typedValue(field, text)))) setText(null);
  };
  const range = field.kind === 'number' && field.min !== undefined && field.max !== undefined && field.max < 1e9;
  return (
    <TextField
      label={label}
      help={range ? `${help}${help ? ' · ' : ''}${field.min}–${field.max}` : help}
      problem={problem}
      inputMode={field.kind === 'number' ? 'numeric' : undefined}
      placeholder={t('settings.all.notSet')}
      value={text ?? shown}
      onChange={(event) => {
        setText(event.target.value);
        onTyped();
      }}
      onBlur={() => void commit()}
      onKeyDown={(event) => {
        if (event.key === 'Enter') void commit();
        if (event.key !== 'Escape') return;
        setText(null);
        onTyped();
      }}
    />
  );
};

/** What is no number is left for the gateway to refuse, in its words. */
const typedValue = ({ kind }: SchemaField, text: string): unknown => {
  if (text.trim() === '') return null;
  if (kind !== 'number') return text;
  return Number.isNaN(Number(text)) ? text : Number(text);
};
