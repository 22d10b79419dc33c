import type { ReactElement, ReactNode } from 'react';

type SectionHeadProps = { readonly title: string; readonly text?: string; readonly children?: ReactNode };

/** What a group of settings is about, with its buttons at the right. */
export const SectionHead = ({ title, text, children }: SectionHeadProps): ReactElement => (
  <div className="flex items-start gap-4">
    <div className="min-w-0 flex-1">
      <h2 className="font-semibold text-sm">{title}</h2>
      {text ? <p className="mt-0.5 max-w-prose text-[13px] text-muted-foreground">{text}</p> : null}
    </div>
    {children}
  </div>
);
