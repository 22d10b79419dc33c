import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SkillReview } from '../../../src-shared/contract/routes/skills.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { TextField } from '../../ui/field.tsx';
import { ReviewView } from './review-view.tsx';
import type { Installed } from './skills-store.ts';

type LinkDialogProps = { readonly onInstalled: (installed: Installed) => void; readonly onClose: () => void };

/** A link is looked at first; what was seen is what can be installed. */
export const LinkDialog = ({ onInstalled, onClose }: LinkDialogProps): ReactElement => {
  const { t } = useTranslation();
  const { skills } = useConsole();
  const form = useId();
  const [url, setUrl] = useState('');
  const [review, setReview] = useState<SkillReview | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const wanted = url.trim();

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy || wanted === '') return;
    setBusy(true);
    setError(null);
    try {
      if (review === null) setReview(await skills.lookAt(wanted));
      else return onInstalled(await skills.installLooked(wanted, review));
    } catch (thrown) {
      setError(ApiError.from(thrown));
      // It may be another by now: it has to be looked at again.
      setReview(null);
    }
    setBusy(false);
  };

  return (
    <Dialog
      title={t('skills.link.title')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button look="primary" type="submit" form={form} disabled={wanted === '' || busy}>
            {t(review === null ? (busy ? 'skills.link.looking' : 'skills.link.look') : 'skills.install')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void submit(event)} className="flex flex-col gap-3">
        <TextField
          label={t('skills.link.url')}
          help={t('skills.link.urlHelp')}
          type="url"
          value={url}
          maxLength={4096}
          autoFocus
          disabled={busy}
          onChange={(event) => {
            setUrl(event.target.value);
            setReview(null);
          }}
        />
        <div role="status" className="empty:hidden">
          {review ? <ReviewView review={review} /> : null}
        </div>
        <div role="alert" className="empty:hidden">
          {error ? <ErrorCard error={error} /> : null}
        </div>
      </form>
    </Dialog>
  );
};
