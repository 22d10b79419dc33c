import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { pinSchema } from '../../../src-shared/contract/routes/tokens.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { TextField } from '../../ui/field.tsx';
import { useSave } from './use-save.ts';

/** A new PIN, typed twice. Where there is an old one, the gateway asks for it, and so does the console. */
export const NewPinDialog = ({ onClose }: { readonly onClose: () => void }): ReactElement => {
  const { t } = useTranslation();
  const { settings } = useConsole();
  const form = useId();
  const [wanted, setWanted] = useState('');
  const [again, setAgain] = useState('');
  const { busy, error, save } = useSave();
  const good = pinSchema.safeParse(wanted).success;
  const complete = good && wanted === again;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (complete && !busy && (await save(() => settings.setPin(wanted)))) onClose();
  };
  return (
    <Dialog
      title={t('settings.pin.new')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button look="primary" type="submit" form={form} disabled={!complete || busy}>
            {t('settings.save')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <TextField
          type="password"
          label={t('settings.pin.new')}
          help={t('settings.pin.rule')}
          problem={wanted !== '' && !good ? t('settings.pin.rule') : null}
          value={wanted}
          maxLength={256}
          autoFocus
          onChange={(event) => setWanted(event.target.value)}
        />
        <TextField
          type="password"
          label={t('settings.pin.again')}
          problem={again !== '' && !wanted.startsWith(again) ? t('settings.pin.differs') : null}
          value={again}
          maxLength={256}
          onChange={(event) => setAgain(event.target.value)}
        />
        <div role="alert" className="empty:hidden">
          {error ? <ErrorCard error={error} /> : null}
        </div>
      </form>
    </Dialog>
  );
};
