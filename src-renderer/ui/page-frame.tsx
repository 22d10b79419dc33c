import type { ReactElement, ReactNode } from 'react';

type PageFrameProps = {
  readonly title: string;
  /** Buttons at the right of the title. */
  readonly actions?: ReactNode;
  readonly children: ReactNode;
};

/** Every page but the chat: a title with its actions, and what scrolls below. */
export const PageFrame = ({ title, actions, children }: PageFrameProps): ReactElement => (
  <main className="flex min-h-0 min-w-0 flex-1 flex-col">
    <header className="flex h-12 shrink-0 items-center gap-2 border-b px-5">
      <h1 className="truncate font-semibold text-sm">{title}</h1>
      <div className="ml-auto flex items-center gap-2">{actions}</div>
    </header>
    <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
  </main>
);
