import { type ReactElement, useState } from 'react';
import { useConsole } from '../../console-context.ts';
import { patchAt, type SchemaField, typedValue } from '../../schema-form/schema-fields.ts';
import { SchemaInput } from '../../schema-form/schema-input.tsx';
import { useSave } from './use-save.ts';

/** One key, saved as soon as it is left. What says the same as the default goes out of the file. */
export const SchemaControl = ({ field, help }: { readonly field: SchemaField; readonly help: string }): ReactElement => {
  const { settings } = useConsole();
  const state = useSave();
  /** null: nothing is typed, and what the configuration says is shown. */
  const [text, setText] = useState<string | null>(null);
  const put = (value: unknown): Promise<boolean> =>
    state.save(() => settings.patch(patchAt(field.path, JSON.stringify(value) === JSON.stringify(field.fallback) ? null : value)));
  const commit = async (): Promise<void> => {
    if (text === null) return;
    if (text === String(field.value ?? '') || (await put(typedValue(field, text)))) setText(null);
  };
  const type = (value: unknown): boolean => {
    setText(String(value));
    return true;
  };
  return (
    <SchemaInput
      field={field}
      label={field.path.at(-1) ?? ''}
      help={help}
      problem={state.error?.message}
      busy={state.busy}
      value={text ?? field.value}
      onChange={field.kind === 'text' || field.kind === 'number' ? type : put}
      onTyped={state.forget}
      onBlur={() => void commit()}
      onKeyDown={(event) => {
        if (event.key === 'Enter') void commit();
        if (event.key !== 'Escape') return;
        setText(null);
        state.forget();
      }}
    />
  );
};
