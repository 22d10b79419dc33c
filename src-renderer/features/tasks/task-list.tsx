import { KeyRound, Pencil, Play, Trash2 } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Task } from '../../../src-shared/contract/rest.ts';
import { useConsole } from '../../console-context.ts';
import { IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { formatDateTime, formatRelative } from '../../ui/format.ts';
import { Switch } from '../../ui/switch.tsx';
import { useTaskTimes } from './use-task-times.ts';

export type TaskActions = {
  readonly onEdit: (task: Task) => void;
  readonly onRun: (task: Task) => void;
  readonly onSwitch: (task: Task) => void;
  readonly onRemove: (task: Task) => void;
  readonly onRenew: (task: Task) => void;
};

export const TaskList = ({
  tasks,
  now,
  ...actions
}: TaskActions & { readonly tasks: readonly Task[]; readonly now: number }): ReactElement => {
  const { t } = useTranslation();
  return (
    <ul aria-label={t('tasks.title')} className="divide-y rounded-xl border">
      {tasks.map((task) => (
        <Row key={task.id} task={task} now={now} {...actions} />
      ))}
    </ul>
  );
};

const Row = ({ task, now, ...actions }: TaskActions & { readonly task: Task; readonly now: number }): ReactElement => {
  const { t } = useTranslation();
  const times = useTaskTimes();
  const atWork = task.lastStatus === 'running' || task.lastStatus === 'awaiting_approval';
  return (
    <li className="flex items-start gap-4 px-4 py-3">
      <div className="min-w-0 flex-1">
        <h2 className={cx('truncate font-medium', !task.enabled && 'text-muted-foreground')}>{task.name}</h2>
        <p className="truncate text-muted-foreground text-xs">
          {t('tasks.line', { when: times.when(task.schedule), agent: task.agentId })}
        </p>
        <p className="mt-1 text-xs">
          <Next task={task} now={now} />
        </p>
        <Last task={task} now={now} />
      </div>
      <div className="flex shrink-0 items-center gap-0.5">
        <IconButton size="small" label={t('tasks.runNow', { name: task.name })} disabled={atWork} onClick={() => actions.onRun(task)}>
          <Play size={15} />
        </IconButton>
        {task.schedule.kind === 'webhook' ? (
          <IconButton size="small" label={t('tasks.renew', { name: task.name })} onClick={() => actions.onRenew(task)}>
            <KeyRound size={15} />
          </IconButton>
        ) : null}
        <IconButton size="small" label={t('tasks.edit', { name: task.name })} onClick={() => actions.onEdit(task)}>
          <Pencil size={15} />
        </IconButton>
        <IconButton size="small" label={t('tasks.remove', { name: task.name })} onClick={() => actions.onRemove(task)}>
          <Trash2 size={15} />
        </IconButton>
        <Switch label={t('tasks.enabled', { name: task.name })} checked={task.enabled} onChange={() => actions.onSwitch(task)} />
      </div>
    </li>
  );
};

const Next = ({ task, now }: { readonly task: Task; readonly now: number }): ReactElement => {
  const { t, i18n } = useTranslation();
  const times = useTaskTimes();
  const [next] = task.nextRuns;
  if (!task.enabled) return <span className="text-muted-foreground">{t('tasks.off')}</span>;
  if (next === undefined) return <span>{t('tasks.waits')}</span>;
  return <span>{t('tasks.next', { at: times.at(next), in: formatRelative(next, now, i18n.language) })}</span>;
};

/** How the last run ended, with the way to its chat. */
const Last = ({ task, now }: { readonly task: Task; readonly now: number }): ReactElement | null => {
  const { t, i18n } = useTranslation();
  const { chat, navigation } = useConsole();
  const { lastRunAt, lastStatus, lastNote, lastSessionId } = task;
  const bad = lastStatus === 'failed' || lastStatus === 'timeout' || lastStatus === 'skipped' || lastStatus === 'awaiting_approval';
  const open = (): void => {
    if (lastSessionId === null) return;
    chat.openRef(lastSessionId);
    navigation.go('chat');
  };
  return (
    <p className="text-muted-foreground text-xs empty:hidden">
      {lastStatus !== null && lastRunAt !== null ? (
        <>
          <span className={cx(bad && 'text-bad')}>{t(`tasks.last.${lastStatus}`)}</span>
          {' · '}
          <time dateTime={new Date(lastRunAt).toISOString()} title={formatDateTime(lastRunAt, i18n.language)}>
            {formatRelative(lastRunAt, now, i18n.language)}
          </time>
          {lastSessionId === null ? null : (
            <>
              {' · '}
              <button type="button" onClick={open} className="underline hover:text-foreground">
                {t('tasks.openChat')}
              </button>
            </>
          )}
        </>
      ) : null}
      {lastNote === null ? null : <span className="block [overflow-wrap:anywhere]">{lastNote}</span>}
    </p>
  );
};
