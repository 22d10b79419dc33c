import { lazy, type ReactElement, Suspense } from 'react';

const Sonner = lazy(() => import('sonner').then(({ Toaster }) => ({ default: Toaster })));

export const Toaster = ({ theme }: { readonly theme: 'light' | 'dark' | 'system' }): ReactElement => (
  <Suspense fallback={null}>
    {/* Not at the bottom: an offer to undo stands for a minute, and below it would be the button that sends. */}
    <Sonner position="top-center" theme={theme} offset={8} />
  </Suspense>
);
