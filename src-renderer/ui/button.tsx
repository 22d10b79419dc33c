import type { ComponentProps, ReactElement } from 'react';
import { cx } from './class-names.ts';

const looks = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover',
  plain: 'border border-border bg-background text-foreground hover:bg-hover',
  danger: 'bg-danger text-on-accent hover:bg-danger-hover',
  quiet: 'text-muted-foreground hover:bg-hover hover:text-foreground',
} as const;

type ButtonProps = ComponentProps<'button'> & { readonly look?: keyof typeof looks };

export const Button = ({ look = 'plain', className, ...rest }: ButtonProps): ReactElement => (
  <button
    type="button"
    {...rest}
    className={cx(
      'inline-flex h-8 shrink-0 items-center justify-center gap-1.5 rounded-lg px-3 font-medium text-[13px] transition-colors disabled:opacity-50',
      looks[look],
      className,
    )}
  />
);

type IconButtonProps = ComponentProps<'button'> & {
  readonly label: string;
  readonly look?: keyof typeof looks;
  readonly size?: 'small' | 'normal';
};

export const IconButton = ({ label, look = 'quiet', size = 'normal', className, ...rest }: IconButtonProps): ReactElement => (
  <button
    type="button"
    aria-label={label}
    title={label}
    {...rest}
    className={cx(
      'inline-flex shrink-0 items-center justify-center rounded-lg transition-colors disabled:opacity-40',
      size === 'small' ? 'size-7' : 'size-8',
      looks[look],
      className,
    )}
  />
);
