import { LoaderCircle } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '../../api/api-error.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import type { Checking } from './use-review.ts';

const bar =
  'h-1.5 w-40 appearance-none overflow-hidden rounded-full bg-muted [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-muted [&::-webkit-progress-value]:bg-accent';

type CheckingNoticeProps = { readonly checking: Checking | null; readonly error: ApiError | null };

/** An archive is sent and tried out; what is wrong with it stays until the next one. */
export const CheckingNotice = ({ checking, error }: CheckingNoticeProps): ReactElement => {
  const { t, i18n } = useTranslation();
  const percent = (sent: number): string => new Intl.NumberFormat(i18n.language, { style: 'percent' }).format(Math.floor(sent * 100) / 100);
  const isSending = checking !== null && checking.sent < 1;
  return (
    <>
      {checking === null ? null : (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-[13px]">
          <LoaderCircle size={15} className="spin" aria-hidden />
          {/* Its steps are said aloud, not each percent. */}
          <p role="status">{t(isSending ? 'channels.sending' : 'channels.checking', { file: checking.file })}</p>
          {isSending ? (
            <>
              <progress aria-label={t('channels.sent')} value={checking.sent} className={bar} />
              <span className="text-muted-foreground tabular-nums">{percent(checking.sent)}</span>
            </>
          ) : null}
          <Button onClick={checking.cancel}>{t('dialog.cancel')}</Button>
        </div>
      )}
      <div role="alert" className="empty:hidden">
        {error ? <ErrorCard error={error} /> : null}
      </div>
    </>
  );
};
