import { type ComponentProps, type ReactElement, type ReactNode, useId } from 'react';
import { cx } from './class-names.ts';

type FieldProps = {
  readonly label: string;
  /** One line of help below it. */
  readonly help?: ReactNode;
  /** What is wrong with the value. */
  readonly problem?: string | null | undefined;
};

const control =
  'w-full rounded-lg border border-input bg-background px-3 text-[13px] placeholder:text-muted-foreground focus-visible:outline-offset-0 disabled:opacity-50 aria-invalid:border-bad';

const Labelled = ({
  id,
  label,
  help,
  problem,
  className,
  children,
}: FieldProps & { readonly id: string; readonly className?: string | undefined; readonly children: ReactNode }): ReactElement => (
  <div className={cx('flex min-w-0 flex-col gap-1.5', className)}>
    <label htmlFor={id} className="font-medium text-[13px]">
      {label}
    </label>
    {children}
    <div id={`${id}-help`} className={cx('text-xs empty:hidden', problem ? 'text-bad' : 'text-muted-foreground')}>
      {problem || help}
    </div>
  </div>
);

const described = (id: string, { help, problem }: Pick<FieldProps, 'help' | 'problem'>) => ({
  id,
  'aria-invalid': problem ? true : undefined,
  'aria-describedby': help || problem ? `${id}-help` : undefined,
});

/** A line of text with its label, help and problem. */
export const TextField = ({ label, help, problem, className, autoFocus, ...rest }: FieldProps & ComponentProps<'input'>): ReactElement => {
  const id = useId();
  return (
    <Labelled id={id} label={label} help={help} problem={problem} className={className}>
      <input
        type="text"
        autoComplete="off"
        spellCheck={false}
        // In a dialog that is just opening React's own comes too early: nothing in it can have the focus yet.
        data-autofocus={autoFocus}
        {...rest}
        {...described(id, { help, problem })}
        className={cx(control, 'h-9')}
      />
    </Labelled>
  );
};

/** Lines of code-like text with their label, help and problem. */
export const AreaField = ({
  label,
  help,
  problem,
  className,
  autoFocus,
  ...rest
}: FieldProps & ComponentProps<'textarea'>): ReactElement => {
  const id = useId();
  return (
    <Labelled id={id} label={label} help={help} problem={problem} className={className}>
      <textarea
        spellCheck={false}
        data-autofocus={autoFocus}
        {...rest}
        {...described(id, { help, problem })}
        className={cx(control, 'resize-y py-2 font-mono text-[12px]')}
      />
    </Labelled>
  );
};

type SelectFieldProps<Value extends string> = FieldProps & {
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onChoose: (value: Value) => void;
  readonly disabled?: boolean;
  readonly className?: string;
};

/** One of a few; the system's own list, which every keyboard and screen reader knows. */
export const SelectField = <Value extends string>({
  label,
  help,
  problem,
  value,
  options,
  onChoose,
  disabled,
  className,
}: SelectFieldProps<Value>): ReactElement => {
  const id = useId();
  return (
    <Labelled id={id} label={label} help={help} problem={problem} className={className}>
      <select
        value={value}
        disabled={disabled}
        onChange={(event) => onChoose(event.target.value as Value)}
        {...described(id, { help, problem })}
        className={cx(control, 'h-9')}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Labelled>
  );
};

type CheckFieldProps = {
  readonly label: ReactNode;
  readonly help?: ReactNode;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
};

/** Yes or no, with the words that say to what. */
export const CheckField = ({ label, help, checked, disabled, onChange }: CheckFieldProps): ReactElement => {
  const id = useId();
  return (
    <div className="flex items-start gap-2.5">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-describedby={help ? `${id}-help` : undefined}
        onChange={(event) => onChange(event.target.checked)}
        className="mt-[3px] size-4 shrink-0 accent-(--accent) disabled:opacity-50"
      />
      <div className="min-w-0">
        <label htmlFor={id} className="text-[13px]">
          {label}
        </label>
        {help ? (
          <p id={`${id}-help`} className="text-muted-foreground text-xs">
            {help}
          </p>
        ) : null}
      </div>
    </div>
  );
};
