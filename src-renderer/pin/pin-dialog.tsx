import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../console-context.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorCard } from '../ui/error-card.tsx';
import { TextField } from '../ui/field.tsx';
import type { PinQuestion } from './pin-prompt.ts';

/** Shown over everything while the gateway waits for the PIN. */
export const PinDialog = (): ReactElement | null => {
  const { pin } = useConsole();
  const question = useStore(pin, (state) => state.question);
  return question ? <Question question={question} /> : null;
};

const Question = ({ question }: { readonly question: PinQuestion }): ReactElement => {
  const { t } = useTranslation();
  const form = useId();
  const [text, setText] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text === '' || question.checking) return;
    question.answer(text);
    setText('');
  };
  return (
    <Dialog
      title={t('pin.title')}
      onClose={question.cancel}
      actions={
        <>
          <Button onClick={question.cancel}>{t('dialog.cancel')}</Button>
          <Button look="primary" type="submit" form={form} disabled={text === '' || question.checking}>
            {t(question.checking ? 'pin.checking' : 'pin.confirm')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-3">
        <TextField
          type="password"
          label={t('pin.label')}
          value={text}
          maxLength={256}
          autoFocus
          onChange={(event) => setText(event.target.value)}
        />
        <div role="alert" className="empty:hidden">
          {question.problem && !question.checking ? <ErrorCard error={question.problem} /> : null}
        </div>
      </form>
    </Dialog>
  );
};
