import { type FormEvent, type ReactElement, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { useAction } from '../../ui/use-action.ts';
import { AgentFields } from './agent-fields.tsx';
import { patchFor, problemsOf } from './agent-form.ts';
import type { AgentDraft } from './agents-page-store.ts';

type AgentDialogProps = {
  readonly draft: AgentDraft;
  /** Ids of all agents. */
  readonly taken: readonly string[];
  readonly models: readonly string[];
};

/** What is typed stays until it is saved or thrown away on purpose; another page may be open meanwhile. */
export const AgentDialog = ({ draft, taken, models }: AgentDialogProps): ReactElement => {
  const { t } = useTranslation();
  const { agentsPage, settings, desktop } = useConsole();
  const formId = useId();
  const { busy, error, run } = useAction();
  const [leaving, setLeaving] = useState(false);
  const { id, before, form } = draft;
  const problems = problemsOf(form, id === null ? taken : null);
  const changed = JSON.stringify(form) !== JSON.stringify(before);
  const loading = useStore(agentsPage, (state) => state.tools === null && state.error === null);
  useAskBeforeUnload(changed && !desktop);

  const close = (): void => agentsPage.setState({ draft: null });
  const leave = (): void => (changed ? setLeaving(true) : close());
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (problems.size > 0 || busy || !(await run(() => settings.patch(patchFor(form))))) return;
    close();
    void agentsPage.load();
  };

  return (
    <Dialog
      wide
      title={id === null ? t('agents.new') : t('agents.editing', { id })}
      onClose={leave}
      actions={
        leaving ? (
          <>
            <p role="alert" className="mr-auto self-center text-[13px]">
              {t('agents.unsaved')}
            </p>
            <Button look="danger" onClick={close}>
              {t('agents.discard')}
            </Button>
            <Button look="primary" autoFocus onClick={() => setLeaving(false)}>
              {t('agents.keepEditing')}
            </Button>
          </>
        ) : (
          <>
            <Button onClick={leave}>{t('dialog.cancel')}</Button>
            <Button look="primary" type="submit" form={formId} disabled={problems.size > 0 || busy || (id !== null && !changed)}>
              {t(id === null ? 'agents.create' : 'agents.save')}
            </Button>
          </>
        )
      }
    >
      <form id={formId} onSubmit={(event) => void submit(event)} className="flex flex-col gap-5">
        <AgentFields
          form={form}
          isNew={id === null}
          problems={problems}
          models={models}
          loading={loading}
          onChange={(next) => {
            setLeaving(false);
            agentsPage.setState({ draft: { ...draft, form: next } });
          }}
        />
        <div role="alert" className="empty:hidden">
          {error ? <ErrorCard error={error} /> : null}
        </div>
      </form>
    </Dialog>
  );
};

/** The browser asks before the page is closed or loaded anew. (In the desktop it would keep the window from closing without a word.) */
const useAskBeforeUnload = (needed: boolean): void => {
  useEffect(() => {
    if (!needed) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [needed]);
};
