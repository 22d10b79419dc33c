import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/api-error.ts';
import { showDone } from './toast.ts';

export type Action = {
  readonly busy: boolean;
  readonly error: ApiError | null;
  /** Says so where the change was made, unless the caller does. @returns whether it was */
  readonly run: (change: () => Promise<boolean>, how?: 'quietly') => Promise<boolean>;
};

/** One change at a time, with what went wrong beside what asked for it. */
export const useAction = (): Action => {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  return {
    busy,
    error,
    run: async (change, how) => {
      setBusy(true);
      setError(null);
      try {
        const made = await change();
        if (made && how !== 'quietly') showDone(t('action.done'));
        return made;
      } catch (thrown) {
        setError(ApiError.from(thrown));
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
};
