import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { showDone } from '../../ui/toast.ts';

export type Save = {
  readonly busy: boolean;
  readonly error: ApiError | null;
  /** Makes the change and says so. @returns whether it was made */
  readonly save: (change: () => Promise<boolean>) => Promise<boolean>;
  readonly forget: () => void;
};

/** One change at a time, with what went wrong beside the field that asked for it. */
export const useSave = (): Save => {
  const { t } = useTranslation();
  const { settings } = useConsole();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  return {
    busy,
    error,
    forget: () => setError(null),
    save: async (change) => {
      setBusy(true);
      setError(null);
      try {
        const before = settings.getState().view?.restartFor ?? [];
        if (!(await change())) return false;
        const waiting = (settings.getState().view?.restartFor ?? []).filter((key) => !before.includes(key));
        showDone(waiting.length > 0 ? t('settings.savedRestart', { keys: waiting.join(', ') }) : t('settings.saved'));
        return true;
      } catch (thrown) {
        setError(ApiError.from(thrown));
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
};
