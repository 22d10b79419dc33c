import { type FormEvent, type ReactElement, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { pinSchema } from '../../../src-shared/contract/routes/tokens.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { TextField } from '../../ui/field.tsx';
import { StepActions } from './step-actions.tsx';

type PinStepProps = { readonly onBack: () => void; readonly onDone: () => void };

/** A PIN for what is risky, or none. */
export const PinStep = ({ onBack, onDone }: PinStepProps): ReactElement => {
  const { t } = useTranslation();
  const { settings } = useConsole();
  const form = useId();
  const [isSet, setIsSet] = useState(false);
  const [pin, setPin] = useState('');
  const [again, setAgain] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const good = pinSchema.safeParse(pin).success;
  const complete = good && pin === again;
  useEffect(() => {
    settings.pin().then(
      (state) => setIsSet(state.set),
      // Then it is not known, and setting one says what is wrong.
      () => undefined,
    );
  }, [settings]);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!complete || busy) return;
    setBusy(true);
    setError(null);
    try {
      if (await settings.setPin(pin)) return onDone();
    } catch (thrown) {
      setError(ApiError.from(thrown));
    }
    setBusy(false);
  };
  return (
    <>
      <p className="text-muted-foreground">{t('setup.pin.text')}</p>
      {isSet ? <p className="font-medium">{t('setup.pin.isSet')}</p> : null}
      <form id={form} onSubmit={(event) => void submit(event)} className="grid grid-cols-2 items-start gap-4">
        <TextField
          type="password"
          autoComplete="new-password"
          label={t('setup.pin.new')}
          help={t('setup.pin.rule')}
          problem={pin !== '' && !good ? t('setup.pin.rule') : null}
          value={pin}
          maxLength={256}
          onChange={(event) => setPin(event.target.value)}
        />
        <TextField
          type="password"
          autoComplete="new-password"
          label={t('setup.pin.again')}
          problem={again !== '' && !pin.startsWith(again) ? t('setup.pin.differs') : null}
          value={again}
          maxLength={256}
          onChange={(event) => setAgain(event.target.value)}
        />
      </form>
      <div role="alert" className="empty:hidden">
        {error ? <ErrorCard error={error} title={t('setup.pin.failed')} /> : null}
      </div>
      <StepActions onBack={onBack}>
        <Button onClick={onDone}>{t(isSet ? 'setup.next' : 'setup.pin.without')}</Button>
        <Button look="primary" type="submit" form={form} disabled={!complete || busy}>
          {t(busy ? 'setup.busy' : 'setup.pin.set')}
        </Button>
      </StepActions>
    </>
  );
};
