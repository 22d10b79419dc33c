import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HookPreset, TaskSchedule } from '../../../src-shared/contract/rest.ts';
import { hookPresets } from '../../../src-shared/contract/routes/tasks.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { SelectField, TextField } from '../../ui/field.tsx';
import { type CronChoice, cronRhythms, exprOf } from './cron-choice.ts';
import { useTaskTimes } from './use-task-times.ts';

export type ScheduleForm = {
  readonly kind: TaskSchedule['kind'];
  readonly cron: CronChoice;
  readonly timezone: string;
  /** As `<input type=datetime-local>` has it. */
  readonly at: string;
  readonly preset: HookPreset;
};

/** Null while it is not complete. */
export const scheduleOf = ({ kind, cron, timezone, at, preset }: ScheduleForm): TaskSchedule | null => {
  if (kind === 'webhook') return { kind, preset };
  if (kind === 'once') return Number.isNaN(Date.parse(at)) ? null : { kind, at: Date.parse(at) };
  const expr = exprOf(cron);
  return expr === '' || timezone.trim() === '' ? null : { kind, expr, timezone: timezone.trim() };
};

type ScheduleFieldsProps = {
  readonly form: ScheduleForm;
  readonly onChange: (changes: Partial<ScheduleForm>) => void;
  /** What it is cannot be changed any more. */
  readonly isWebhook: boolean | null;
};

const weekdays = ['1', '2', '3', '4', '5', '6', '0'] as const;

export const ScheduleFields = ({ form, onChange, isWebhook }: ScheduleFieldsProps): ReactElement => {
  const { t } = useTranslation();
  const { cron } = form;
  const changeCron = (changes: Partial<CronChoice>): void => onChange({ cron: { ...cron, ...changes } });
  const kinds = (['cron', 'once', 'webhook'] as const).filter((kind) => isWebhook === null || (kind === 'webhook') === isWebhook);
  return (
    <>
      <SelectField
        label={t('tasks.when')}
        value={form.kind}
        options={kinds.map((value) => ({ value, label: t(`tasks.when.${value}`) }))}
        onChoose={(kind) => onChange({ kind })}
      />
      {form.kind === 'cron' ? (
        <>
          <SelectField
            label={t('tasks.rhythm')}
            value={cron.rhythm}
            options={cronRhythms.map((value) => ({ value, label: t(`tasks.rhythm.${value}`) }))}
            onChoose={(rhythm) => changeCron({ rhythm, expr: exprOf(cron) })}
          />
          {cron.rhythm === 'custom' ? (
            <TextField
              label={t('tasks.expr')}
              help={t('tasks.exprHelp')}
              className="[&_input]:font-mono"
              value={cron.expr}
              maxLength={128}
              onChange={(event) => changeCron({ expr: event.target.value })}
            />
          ) : (
            <TimeField cron={cron} onChange={changeCron} />
          )}
          {cron.rhythm === 'weekly' ? (
            <SelectField
              label={t('tasks.weekday')}
              value={cron.weekday}
              options={weekdays.map((value) => ({ value, label: t(`tasks.weekday.${value}`) }))}
              onChoose={(weekday) => changeCron({ weekday })}
            />
          ) : null}
          <TextField
            label={t('tasks.timezone')}
            help={t('tasks.timezoneHelp')}
            value={form.timezone}
            maxLength={64}
            onChange={(event) => onChange({ timezone: event.target.value })}
          />
        </>
      ) : null}
      {form.kind === 'once' ? (
        <TextField label={t('tasks.at')} type="datetime-local" value={form.at} onChange={(event) => onChange({ at: event.target.value })} />
      ) : null}
      {form.kind === 'webhook' ? (
        <SelectField
          label={t('tasks.preset')}
          value={form.preset}
          options={hookPresets.map((value) => ({ value, label: t(`tasks.preset.${value}`) }))}
          onChoose={(preset) => onChange({ preset })}
        />
      ) : null}
      <div className="col-span-2">
        <Preview schedule={scheduleOf(form)} />
      </div>
    </>
  );
};

const TimeField = ({
  cron,
  onChange,
}: {
  readonly cron: CronChoice;
  readonly onChange: (changes: Partial<CronChoice>) => void;
}): ReactElement => {
  const { t } = useTranslation();
  const set = (time: string): void => onChange({ time });
  if (cron.rhythm !== 'hourly')
    return (
      <TextField
        label={t('tasks.time')}
        type="time"
        value={cron.time}
        onChange={({ target }) => target.value !== '' && set(target.value)}
      />
    );
  const hour = cron.time.slice(0, 3);
  return (
    <TextField
      label={t('tasks.minute')}
      type="number"
      min={0}
      max={59}
      value={Number(cron.time.slice(3))}
      onChange={({ target }) => /^[1-5]?\d$/.test(target.value) && set(`${hour}${target.value.padStart(2, '0')}`)}
    />
  );
};

const typingPauseMs = 250;

type Preview = { readonly runs: readonly number[] } | { readonly problem: string };

/** When it would run next, or what is wrong with it, as the gateway has it. */
const Preview = ({ schedule }: { readonly schedule: TaskSchedule | null }): ReactElement => {
  const { t } = useTranslation();
  const { tasks } = useConsole();
  const times = useTaskTimes();
  const [preview, setPreview] = useState<Preview | null>(null);
  const asked = schedule && schedule.kind !== 'webhook' ? JSON.stringify(schedule) : null;
  useEffect(() => {
    setPreview(null);
    if (asked === null) return undefined;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      tasks.preview(JSON.parse(asked), abort.signal).then(
        (runs) => setPreview({ runs }),
        (thrown: unknown) => !abort.signal.aborted && setPreview({ problem: ApiError.from(thrown).message }),
      );
    }, typingPauseMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [asked, tasks]);
  return (
    <p role="status" className="min-h-9 text-muted-foreground text-xs">
      {preview && 'problem' in preview ? <span className="text-bad">{preview.problem}</span> : null}
      {preview && 'runs' in preview ? t('tasks.preview', { runs: preview.runs.map(times.at).join(' · ') }) : null}
      {schedule?.kind === 'webhook' ? t('tasks.webhookHelp') : null}
    </p>
  );
};
