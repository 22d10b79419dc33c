import { RotateCcw } from 'lucide-react';
import type { ComponentProps, ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { ErrorCard } from './error-card.tsx';

type LoadFailureProps = {
  /** Null: nothing is wrong, and nothing is shown. */
  readonly error: ComponentProps<typeof ErrorCard>['error'] | null;
  /** What could not be loaded. */
  readonly title: string;
  readonly onRetry: () => unknown;
};

/** What a page shows in the place of what it could not load, with the button that tries again. */
export const LoadFailure = ({ error, title, onRetry }: LoadFailureProps): ReactElement | null => {
  const { t } = useTranslation();
  if (error === null) return null;
  return (
    <div role="alert">
      <ErrorCard error={error} title={title}>
        <Button onClick={() => void onRetry()}>
          <RotateCcw size={14} aria-hidden />
          {t('turn.retry')}
        </Button>
      </ErrorCard>
    </div>
  );
};
