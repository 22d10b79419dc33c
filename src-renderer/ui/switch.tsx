import type { ReactElement } from 'react';
import { cx } from './class-names.ts';

type SwitchProps = {
  readonly label: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
};

/** On or off, in force at once. */
export const Switch = ({ label, checked, disabled, onChange }: SwitchProps): ReactElement => (
  <button
    type="button"
    role="switch"
    aria-checked={checked}
    aria-label={label}
    disabled={disabled}
    onClick={() => onChange(!checked)}
    className={cx(
      'ml-2 flex h-5 w-9 shrink-0 items-center rounded-full border border-input px-0.5 transition-colors disabled:opacity-50',
      checked ? 'justify-end bg-accent' : 'justify-start bg-muted',
    )}
  >
    <span aria-hidden className={cx('size-3.5 rounded-full', checked ? 'bg-on-accent' : 'bg-muted-foreground')} />
  </button>
);
