import { X } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../console-context.ts';
import { IconButton } from '../ui/button.tsx';
import { useModel } from './use-model.ts';

/** Says plainly that the built-in model is no language model, and how to get one. */
export const OfflineBanner = (): ReactElement | null => {
  const { t } = useTranslation();
  const { status, navigation } = useConsole();
  const known = useStore(status, (state) => state.status !== null);
  const { health } = useModel();
  const [hidden, setHidden] = useState(false);
  if (!known || hidden || health?.provider !== 'offline') return null;
  return (
    <div className="flex min-h-10 shrink-0 items-center gap-3 border-b bg-warn-soft py-1 pr-2 pl-4 text-[13px]">
      <p className="min-w-0 flex-1">
        {t('offline.banner')}{' '}
        <button
          type="button"
          onClick={() => navigation.go('setup')}
          className="whitespace-nowrap font-medium text-link underline underline-offset-2"
        >
          {t('setup.open')}
        </button>
      </p>
      <IconButton size="small" label={t('offline.dismiss')} onClick={() => setHidden(true)}>
        <X size={14} />
      </IconButton>
    </div>
  );
};
