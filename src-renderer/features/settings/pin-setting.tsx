import { type ReactElement, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { NewPinDialog } from './new-pin-dialog.tsx';
import { SectionHead } from './section-head.tsx';
import type { PinState } from './settings-store.ts';
import { useSave } from './use-save.ts';

/** The PIN: whether there is one, and how to change that. */
export const PinSetting = (): ReactElement => {
  const { t } = useTranslation();
  const { settings } = useConsole();
  const [pin, setPin] = useState<PinState | null>(null);
  const [failed, setFailed] = useState<ApiError | null>(null);
  const [asking, setAsking] = useState(false);
  const { busy, error, save } = useSave();
  const look = useCallback(() => settings.pin().then(setPin, (thrown: unknown) => setFailed(ApiError.from(thrown))), [settings]);
  useEffect(() => void look(), [look]);
  const clear = async (): Promise<void> => {
    await save(settings.clearPin);
    await look();
  };
  const problem = error ?? failed;

  return (
    <div className="flex flex-col gap-3">
      <SectionHead title={t('settings.pin')} text={t('settings.pin.text')} />
      <div className="flex items-center gap-3 rounded-xl border bg-card px-4 py-3">
        <p className="min-w-0 flex-1 text-[13px]" aria-live="polite">
          {pin === null ? '…' : t(pin.set ? 'settings.pin.isSet' : 'settings.pin.notSet')}
        </p>
        {pin?.set ? (
          <Button disabled={busy} onClick={() => void clear()}>
            {t('settings.pin.clear')}
          </Button>
        ) : null}
        <Button look={pin?.set ? 'plain' : 'primary'} disabled={pin === null || busy} onClick={() => setAsking(true)}>
          {t(pin?.set ? 'settings.pin.change' : 'settings.pin.set')}
        </Button>
      </div>
      <div role="alert" className="empty:hidden">
        {problem ? <ErrorCard error={problem} /> : null}
      </div>
      {asking ? (
        <NewPinDialog
          onClose={() => {
            setAsking(false);
            void look();
          }}
        />
      ) : null}
    </div>
  );
};
