import { type ReactElement, useId } from 'react';

type JsonAreaProps = {
  readonly label: string;
  readonly help?: string;
  readonly problem: string | null;
  readonly value: string;
  readonly rows: number;
  readonly onChange: (value: string) => void;
};

/** Some JSON, with what is wrong with it as one types. */
export const JsonArea = ({ label, help, problem, value, rows, onChange }: JsonAreaProps): ReactElement => {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <textarea
        id={id}
        value={value}
        rows={rows}
        spellCheck={false}
        data-autofocus
        aria-invalid={problem ? true : undefined}
        aria-describedby={`${id}-help`}
        onChange={(event) => onChange(event.target.value)}
        className="w-full resize-y rounded-lg border border-input bg-background px-3 py-2.5 font-mono text-xs leading-[1.55] focus-visible:outline-offset-0 aria-invalid:border-bad"
      />
      <p id={`${id}-help`} aria-live="polite" className={problem ? 'text-bad text-xs' : 'text-muted-foreground text-xs'}>
        {problem ?? help}
      </p>
    </div>
  );
};
