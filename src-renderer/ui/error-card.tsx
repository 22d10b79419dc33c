import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiErrorCode } from '../api/api-error.ts';
import { NoticeCard } from './notice-card.tsx';

type ErrorCardProps = {
  readonly error: { readonly code: ApiErrorCode; readonly message: string; readonly hint?: string | undefined };
  /** What failed, where the code alone does not say. */
  readonly title?: string;
  readonly children?: ReactNode;
};

/** The code in the reader's language, the gateway's own words where they say more, then what to do. */
export const ErrorCard = ({ error, title, children }: ErrorCardProps): ReactElement => {
  const { t, i18n } = useTranslation();
  const words = t(`error.${error.code}`);
  // The general words of the code, in English, add nothing to their translation.
  const ownWords = error.message === words || error.message === i18n.getFixedT('en')(`error.${error.code}`) ? null : error.message;
  return (
    <NoticeCard tone="bad" title={title ?? words} details={[title === undefined ? null : words, ownWords, error.hint]}>
      {children}
    </NoticeCard>
  );
};
