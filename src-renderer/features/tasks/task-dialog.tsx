import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Task } from '../../../src-shared/contract/rest.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { CheckField, SelectField, TextField } from '../../ui/field.tsx';
import { choiceOf } from './cron-choice.ts';
import { ScheduleFields, type ScheduleForm, scheduleOf } from './schedule-fields.tsx';
import type { ShownHook } from './tasks-store.ts';

type TaskDialogProps = {
  /** Null for a new one. */
  readonly task: Task | null;
  readonly onClose: () => void;
  /** A new webhook: its secret is shown this once. */
  readonly onHook: (shown: ShownHook) => void;
};

export const TaskDialog = ({ task, onClose, onHook }: TaskDialogProps): ReactElement => {
  const { t } = useTranslation();
  const { tasks, agents: agentsStore } = useConsole();
  const { agents } = useStore(agentsStore);
  const form = useId();
  const contentId = useId();
  const [name, setName] = useState(task?.name ?? '');
  const [agentId, setAgentId] = useState(task?.agentId ?? agents[0]?.id ?? 'main');
  const [content, setContent] = useState(task?.content ?? '');
  const [sessionId, setSessionId] = useState(task?.sessionId ?? '');
  const [catchUp, setCatchUp] = useState(task === null ? null : task.missed === 'run-once');

  const [schedule, setSchedule] = useState<ScheduleForm>(() => formOf(task));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const when = scheduleOf(schedule);
  // What was to be done once shall not be lost.
  const catchesUp = catchUp ?? schedule.kind === 'once';
  const complete = name.trim() !== '' && content.trim() !== '' && when !== null;

  const save = async (): Promise<ShownHook | null> => {
    if (when === null) return null;
    const missed = catchesUp ? ('run-once' as const) : ('skip' as const);
    const fields = { name: name.trim(), agentId, content, sessionId: sessionId.trim() === '' ? null : sessionId.trim(), missed };
    if (task === null) return tasks.create({ ...fields, schedule: when });
    // One that has run for once keeps its time, which is past.
    const sameTime = JSON.stringify(when) === JSON.stringify(task.schedule);
    await tasks.change(task.id, sameTime ? fields : { ...fields, schedule: when });
    return null;
  };

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!complete || busy) return;
    setBusy(true);
    setError(null);
    try {
      const shown = await save();
      return shown === null ? onClose() : onHook(shown);
    } catch (thrown) {
      setError(ApiError.from(thrown));
    }
    setBusy(false);
  };

  return (
    <Dialog
      wide
      title={task === null ? t('tasks.new') : t('tasks.editOne', { name: task.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button look="primary" type="submit" form={form} disabled={!complete || busy}>
            {t(task === null ? 'tasks.add' : 'tasks.save')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void submit(event)} className="grid grid-cols-2 items-start gap-x-4 gap-y-4">
        <TextField label={t('tasks.name')} value={name} maxLength={128} autoFocus onChange={(event) => setName(event.target.value)} />
        <SelectField
          label={t('tasks.agent')}
          value={agentId}
          options={withCurrent(
            agents.map(({ id }) => id),
            agentId,
          ).map((id) => ({ value: id, label: id }))}
          onChoose={setAgentId}
        />
        <div className="col-span-2 flex flex-col gap-1.5">
          <label htmlFor={contentId} className="font-medium text-[13px]">
            {t('tasks.content')}
          </label>
          <textarea
            id={contentId}
            value={content}
            rows={3}
            maxLength={65_536}
            onChange={(event) => setContent(event.target.value)}
            className="w-full resize-y rounded-lg border border-input bg-background px-3 py-2 text-[13px] focus-visible:outline-offset-0"
          />
        </div>
        <ScheduleFields
          form={schedule}
          onChange={(changes) => setSchedule((before) => ({ ...before, ...changes }))}
          isWebhook={task === null ? null : task.schedule.kind === 'webhook'}
        />
        <TextField
          label={t('tasks.session')}
          help={t('tasks.sessionHelp')}
          value={sessionId}
          maxLength={128}
          onChange={(event) => setSessionId(event.target.value)}
        />
        {schedule.kind === 'webhook' ? null : (
          <div className="pt-6">
            <CheckField label={t('tasks.catchUp')} help={t('tasks.catchUpHelp')} checked={catchesUp} onChange={setCatchUp} />
          </div>
        )}
        <div role="alert" className="col-span-2 empty:hidden">
          {error ? <ErrorCard error={error} /> : null}
        </div>
      </form>
    </Dialog>
  );
};

const formOf = (task: Task | null): ScheduleForm => {
  const schedule = task?.schedule;
  return {
    kind: schedule?.kind ?? 'cron',
    cron: choiceOf(schedule?.kind === 'cron' ? schedule.expr : '0 9 * * *'),
    timezone: schedule?.kind === 'cron' ? schedule.timezone : Intl.DateTimeFormat().resolvedOptions().timeZone,
    at: schedule?.kind === 'once' ? localInput(schedule.at) : '',
    preset: schedule?.kind === 'webhook' ? schedule.preset : 'github',
  };
};

/** `2026-12-24T18:00`, as the reader's clock has it. */
const localInput = (at: number): string => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

const withCurrent = (ids: readonly string[], current: string): readonly string[] => (ids.includes(current) ? ids : [current, ...ids]);
