import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button.tsx';

/** Back at the left, on at the right. */
export const StepActions = ({ children, onBack }: { readonly children: ReactNode; readonly onBack?: () => void }): ReactElement => {
  const { t } = useTranslation();
  return (
    <div className="mt-2 flex flex-wrap items-center justify-end gap-2 border-t pt-4">
      {onBack ? (
        <Button className="mr-auto" onClick={onBack}>
          {t('setup.back')}
        </Button>
      ) : null}
      {children}
    </div>
  );
};
