import { lazy, type ReactElement, Suspense } from 'react';

const Sonner = lazy(() => import('sonner').then(({ Toaster }) => ({ default: Toaster })));

export const Toaster = ({ theme }: { readonly theme: 'light' | 'dark' | 'system' }): ReactElement => (
  <Suspense fallback={null}>
    <Sonner position="bottom-right" theme={theme} offset={44} />
  </Suspense>
);
