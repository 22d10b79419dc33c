import { type ReactElement, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { SelectField, TextField } from '../../ui/field.tsx';
import type { AgentForm, FormProblem } from './agent-form.ts';
import { PickList } from './pick-list.tsx';
import { useSkillChoices, useToolChoices } from './use-choices.ts';

type AgentFieldsProps = {
  readonly form: AgentForm;
  readonly isNew: boolean;
  readonly problems: ReadonlySet<FormProblem>;
  readonly models: readonly string[];
  /** What there is to pick from is not known yet. */
  readonly loading: boolean;
  readonly onChange: (form: AgentForm) => void;
};

export const AgentFields = ({ form, isNew, problems, models, loading, onChange }: AgentFieldsProps): ReactElement => {
  const { t } = useTranslation();
  const systemId = useId();
  const tools = useToolChoices();
  const skills = useSkillChoices();
  const set = (change: Partial<AgentForm>): void => onChange({ ...form, ...change });
  const idProblem = problems.has('idTaken') ? t('agents.idTaken') : problems.has('id') && form.id !== '' ? t('agents.idBad') : null;
  const [first] = models;
  const missing = form.model !== '' && !models.includes(form.model);
  const number = (key: 'maxSteps' | 'dailyUsd' | 'perTurnUsd') => ({
    label: t(`agents.field.${key}`),
    help: t(`agents.field.${key}Help`),
    problem: problems.has(key) ? t(key === 'maxSteps' ? 'agents.stepsBad' : 'agents.usdBad') : null,
    value: form[key],
    inputMode: 'decimal' as const,
    onChange: (event: { readonly target: { readonly value: string } }) => set({ [key]: event.target.value }),
  });
  return (
    <>
      <div className="grid grid-cols-2 items-start gap-x-4 gap-y-5">
        <TextField
          label={t('agents.field.id')}
          help={t(isNew ? 'agents.field.idHelp' : 'agents.field.idFixed')}
          problem={idProblem}
          value={form.id}
          maxLength={64}
          disabled={!isNew}
          autoFocus={isNew}
          onChange={(event) => set({ id: event.target.value })}
        />
        <TextField
          label={t('agents.field.name')}
          problem={problems.has('name') ? t('agents.nameBad') : null}
          value={form.name}
          placeholder={form.id}
          maxLength={128}
          onChange={(event) => set({ name: event.target.value })}
        />
        <SelectField
          label={t('agents.field.model')}
          problem={missing ? t('settings.agents.missing', { model: form.model }) : problems.has('model') ? t('agents.modelBad') : null}
          value={form.model}
          options={[
            { value: '', label: first === undefined ? t('settings.agents.automatic') : t('settings.agents.first', { model: first }) },
            ...[...models, ...(missing ? [form.model] : [])].map((value) => ({ value, label: value })),
          ]}
          onChoose={(model) => set({ model })}
        />
        <TextField {...number('maxSteps')} placeholder="25" />
      </div>
      <div className="flex flex-col gap-1.5">
        <label htmlFor={systemId} className="font-medium text-[13px]">
          {t('agents.field.system')}
        </label>
        <textarea
          id={systemId}
          value={form.system}
          rows={4}
          maxLength={65_536}
          placeholder={t('agents.field.systemEmpty')}
          onChange={(event) => set({ system: event.target.value })}
          className="w-full resize-y rounded-lg border border-input bg-background px-3 py-2 text-[13px] placeholder:text-muted-foreground focus-visible:outline-offset-0"
        />
      </div>
      {loading ? (
        <div role="status" aria-label={t('agents.loadingTools')} className="shimmer h-12 rounded-lg bg-muted" />
      ) : (
        <>
          <PickList
            label={t('agents.field.tools')}
            allLabel={t('agents.pick.allTools')}
            chosen={form.tools}
            groups={tools}
            problem={problems.has('tools') ? t('agents.toolsMany') : null}
            onChoose={(chosen) => set({ tools: chosen })}
          />
          <PickList
            label={t('agents.field.skills')}
            allLabel={t('agents.pick.allSkills')}
            chosen={form.skills}
            groups={skills}
            problem={problems.has('skills') ? t('agents.skillsMany') : null}
            onChoose={(chosen) => set({ skills: chosen })}
          />
        </>
      )}
      <div className="grid grid-cols-3 items-start gap-x-4 gap-y-5">
        <TextField {...number('dailyUsd')} />
        <TextField {...number('perTurnUsd')} />
        <TextField
          label={t('agents.field.workspace')}
          help={t('agents.field.workspaceHelp')}
          problem={problems.has('workspace') ? t('agents.workspaceBad') : null}
          value={form.workspace}
          placeholder={`workspace/${form.id}`}
          maxLength={4096}
          onChange={(event) => set({ workspace: event.target.value })}
        />
      </div>
    </>
  );
};
