import { Plus, X } from 'lucide-react';
import { type KeyboardEvent, type ReactElement, type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, IconButton } from './button.tsx';

type ListEditorProps = {
  readonly label: string;
  readonly help?: ReactNode;
  readonly placeholder?: string | undefined;
  readonly problem?: string | undefined;
  readonly values: readonly string[];
  readonly busy?: boolean;
  /** @returns whether it was taken; false leaves what was typed where it is */
  readonly onChange: (values: readonly string[]) => boolean | Promise<boolean>;
  readonly onTyped?: () => void;
};

/** Rows of text: one is added below, each can be taken away. No form of its own, so that it can stand in one. */
export const ListEditor = (props: ListEditorProps): ReactElement => {
  const { label, help, placeholder, problem, values, busy = false, onChange, onTyped } = props;
  const { t } = useTranslation();
  const id = useId();
  const [text, setText] = useState('');
  const wanted = text.trim();
  const cannot = wanted === '' || values.includes(wanted) || busy;
  const add = async (): Promise<void> => {
    if (cannot) return;
    if (await onChange([...values, wanted])) setText('');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    void add();
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
                disabled={busy}
                onClick={() => void onChange(values.filter((other) => other !== value))}
              >
                <X size={14} />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <div className="flex gap-2">
        <input
          id={id}
          type="text"
          value={text}
          placeholder={placeholder}
          autoComplete="off"
          spellCheck={false}
          aria-describedby={`${id}-help`}
          aria-invalid={problem ? true : undefined}
          onKeyDown={onKeyDown}
          onChange={(event) => {
            setText(event.target.value);
            onTyped?.();
          }}
          className="h-9 min-w-0 flex-1 rounded-lg border border-input bg-background px-3 font-mono text-[13px] placeholder:font-sans placeholder:text-muted-foreground focus-visible:outline-offset-0 aria-invalid:border-bad"
        />
        <Button className="h-9" disabled={cannot} onClick={() => void add()}>
          <Plus size={14} aria-hidden />
          {t('settings.list.add')}
        </Button>
      </div>
      <p id={`${id}-help`} className={problem ? 'text-bad text-xs' : 'text-muted-foreground text-xs empty:hidden'}>
        {problem ?? help}
      </p>
    </div>
  );
};
