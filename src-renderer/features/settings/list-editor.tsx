import { Plus, X } from 'lucide-react';
import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from '../../ui/button.tsx';
import type { Save } from './use-save.ts';

type ListEditorProps = {
  readonly label: string;
  readonly help?: string | undefined;
  readonly placeholder?: string;
  readonly values: readonly string[];
  readonly state: Save;
  readonly onChange: (values: readonly string[]) => Promise<boolean>;
};

/** Rows of text: one is added below, each can be taken away. Every change is saved. */
export const ListEditor = ({ label, help, placeholder, values, state, onChange }: ListEditorProps): ReactElement => {
  const { t } = useTranslation();
  const id = useId();
  const [text, setText] = useState('');
  const wanted = text.trim();
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (wanted === '' || values.includes(wanted) || state.busy) return;
    if (await onChange([...values, wanted])) setText('');
  };
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="font-medium text-[13px]">
        {label}
      </label>
      {values.length === 0 ? null : (
        <ul className="divide-y rounded-lg border">
          {values.map((value) => (
            <li key={value} className="flex h-9 items-center gap-2 pr-1 pl-3">
              <span className="min-w-0 flex-1 truncate font-mono text-[13px]">{value}</span>
              <IconButton
                size="small"
                label={t('settings.list.remove', { value })}
                disabled={state.busy}
                onClick={() => void onChange(values.filter((other) => other !== value))}
              >
                <X size={14} />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <form onSubmit={(event) => void add(event)} className="flex gap-2">
        <input
          id={id}
          type="text"
          value={text}
          placeholder={placeholder}
          autoComplete="off"
          spellCheck={false}
          aria-describedby={`${id}-help`}
          aria-invalid={state.error ? true : undefined}
          onChange={(event) => {
            setText(event.target.value);
            state.forget();
          }}
          className="h-9 min-w-0 flex-1 rounded-lg border border-input bg-background px-3 font-mono text-[13px] placeholder:font-sans placeholder:text-muted-foreground focus-visible:outline-offset-0 aria-invalid:border-bad"
        />
        <Button type="submit" className="h-9" disabled={wanted === '' || values.includes(wanted) || state.busy}>
          <Plus size={14} aria-hidden />
          {t('settings.list.add')}
        </Button>
      </form>
      <p id={`${id}-help`} className={state.error ? 'text-bad text-xs' : 'text-muted-foreground text-xs empty:hidden'}>
        {state.error?.message ?? help}
      </p>
    </div>
  );
};
