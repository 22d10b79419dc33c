import type { ComponentType, ReactElement, ReactNode } from 'react';

type EmptyStateProps = {
  readonly icon: ComponentType<{ readonly size?: number }>;
  readonly title: string;
  /** What would stand here, and how to begin. */
  readonly text?: string;
  readonly children?: ReactNode;
};

/** A page with nothing on it yet. */
export const EmptyState = ({ icon: Icon, title, text, children }: EmptyStateProps): ReactElement => (
  <div className="mx-auto flex max-w-sm flex-col items-center px-6 py-16 text-center">
    <span aria-hidden className="flex size-12 items-center justify-center rounded-2xl bg-muted text-muted-foreground">
      <Icon size={22} />
    </span>
    <p className="mt-4 font-medium">{title}</p>
    {text ? <p className="mt-1 text-[13px] text-muted-foreground">{text}</p> : null}
    {children ? <div className="mt-5 flex flex-wrap justify-center gap-2">{children}</div> : null}
  </div>
);
