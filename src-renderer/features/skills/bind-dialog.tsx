import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Skill, SkillBinding } from '../../../src-shared/contract/rest.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { BindingFields } from './binding-fields.tsx';
import { bindingOf, formOf } from './binding-form.ts';

type BindDialogProps = { readonly skill: Skill; readonly tool: Skill['tools'][number]; readonly onClose: () => void };

/** Says exactly what a tool would run, and lets the user confirm or change it. */
export const BindDialog = ({ skill, tool, onClose }: BindDialogProps): ReactElement => {
  const { t } = useTranslation();
  const { skills } = useConsole();
  const form = useId();
  const [fields, setFields] = useState(() => formOf(tool));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const wanted = bindingOf(fields, tool.binding);

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
    if (wanted !== null && !busy) void set(wanted);
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
          <Button look="primary" type="submit" form={form} disabled={wanted === null || busy}>
            {t('skills.bind.confirm')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="flex flex-col gap-3">
        <p>{tool.description}</p>
        <p className="text-muted-foreground">
          {t(tool.state === 'changed' ? 'skills.bind.changed' : tool.suggestion ? 'skills.bind.suggested' : 'skills.bind.text')}
        </p>
        <BindingFields
          form={fields}
          onChange={(changes) => setFields((before) => ({ ...before, ...changes }))}
          hasFolder={skill.file.endsWith('SKILL.md') || skill.file.endsWith('skill.json')}
        />
        <div role="alert" className="empty:hidden">
          {error ? <ErrorCard error={error} /> : null}
        </div>
      </form>
    </Dialog>
  );
};
