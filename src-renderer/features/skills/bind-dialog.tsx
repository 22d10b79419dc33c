import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Skill, SkillBinding } from '../../../src-shared/contract/rest.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { fromLines, toLines } from './argv-text.ts';

type BindDialogProps = { readonly skill: Skill; readonly tool: Skill['tools'][number]; readonly onClose: () => void };

/** Says exactly what a tool would run, and lets the user confirm or change it. */
export const BindDialog = ({ skill, tool, onClose }: BindDialogProps): ReactElement => {
  const { t } = useTranslation();
  const { skills } = useConsole();
  const form = useId();
  const field = useId();
  const old = tool.binding?.kind === 'command' ? tool.binding : null;
  const [text, setText] = useState(toLines(old?.argv ?? tool.suggestion ?? []));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const argv = fromLines(text);

  const set = async (binding: SkillBinding | null): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      if ((await skills.bind(skill, tool.name, binding)) !== null) return onClose();
    } catch (thrown) {
      setError(ApiError.from(thrown));
    }
    setBusy(false);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (argv.length > 0 && !busy) void set({ ...old, kind: 'command', argv: [...argv] });
  };

  return (
    <Dialog
      title={t('skills.bind.title', { tool: tool.name })}
      onClose={onClose}
      actions={
        <>
          {tool.by === 'user' ? (
            <Button disabled={busy} onClick={() => void set(null)}>
              {t('skills.bind.forget')}
            </Button>
          ) : null}
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button look="primary" type="submit" form={form} disabled={argv.length === 0 || busy}>
            {t('skills.bind.confirm')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-3">
        <p>{tool.description}</p>
        <p className="text-muted-foreground">{t(tool.state === 'changed' ? 'skills.bind.changed' : 'skills.bind.text')}</p>
        <div className="flex flex-col gap-1.5">
          <label htmlFor={field} className="font-medium">
            {t('skills.bind.argv')}
          </label>
          <textarea
            id={field}
            data-autofocus
            value={text}
            rows={Math.min(10, Math.max(4, argv.length + 1))}
            spellCheck={false}
            aria-describedby={`${field}-help`}
            onChange={(event) => setText(event.target.value)}
            className="w-full resize-y rounded-lg border border-input bg-background px-3 py-2 font-mono text-[12px]"
          />
          <p id={`${field}-help`} className="text-muted-foreground text-xs">
            {t('skills.bind.argvHelp', { placeholder: '{name}' })}
          </p>
        </div>
        <div role="alert" className="empty:hidden">
          {error ? <ErrorCard error={error} /> : null}
        </div>
      </form>
    </Dialog>
  );
};
