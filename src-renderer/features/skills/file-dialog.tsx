import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SkillReview } from '../../../src-shared/contract/routes/skills.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { ReviewView } from './review-view.tsx';
import type { Installed } from './skills-store.ts';

type FileDialogProps = { readonly file: File; readonly onInstalled: (installed: Installed) => void; readonly onClose: () => void };

/** A file is looked at first. */
export const FileDialog = ({ file, onInstalled, onClose }: FileDialogProps): ReactElement => {
  const { t } = useTranslation();
  const { skills } = useConsole();
  const [review, setReview] = useState<SkillReview | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  useEffect(() => {
    skills.review(file).then(setReview, (thrown: unknown) => setError(ApiError.from(thrown)));
  }, [skills, file]);

  const install = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      onInstalled(await skills.install(file));
    } catch (thrown) {
      setError(ApiError.from(thrown));
      setBusy(false);
    }
  };

  return (
    <Dialog
      title={t('skills.file.title', { name: file.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button look="primary" disabled={review === null || busy} onClick={() => void install()}>
            {t('skills.install')}
          </Button>
        </>
      }
    >
      <div role="status" className="empty:hidden">
        {review ? <ReviewView review={review} /> : error ? null : <p className="text-muted-foreground">{t('skills.file.looking')}</p>}
      </div>
      <div role="alert" className="empty:hidden">
        {error ? <ErrorCard error={error} /> : null}
      </div>
    </Dialog>
  );
};
