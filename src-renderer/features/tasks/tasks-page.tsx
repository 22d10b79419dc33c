import { CalendarClock, Plus } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Task } from '../../../src-shared/contract/rest.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { LoadFailure } from '../../ui/load-failure.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { dismissToast, showDone, showProblem } from '../../ui/toast.ts';
import { useNow } from '../../ui/use-now.ts';
import { HookDialog } from './hook-dialog.tsx';
import { TaskDialog } from './task-dialog.tsx';
import { TaskList } from './task-list.tsx';
import type { ShownHook } from './tasks-store.ts';

/** Runs begin and end while one looks. */
const refreshMs = 5_000;

type OpenDialog = { readonly kind: 'task'; readonly task: Task | null } | { readonly kind: 'hook'; readonly shown: ShownHook };

export const TasksPage = (): ReactElement => {
  const { t } = useTranslation();
  const { tasks } = useConsole();
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const close = (): void => setDialog(null);
  const onHook = (shown: ShownHook): void => setDialog({ kind: 'hook', shown });
  const attempt = async (what: () => Promise<unknown>): Promise<void> => {
    try {
      await what();
    } catch (thrown) {
      showProblem(t('tasks.didNot', { message: t(`error.${ApiError.from(thrown).code}`) }));
    }
  };
  const remove = (task: Task): Promise<void> =>
    attempt(async () => {
      const forMs = await tasks.remove(task.id);
      const id = `removed-${task.id}`;
      const act = (): void => {
        dismissToast(id);
        void attempt(() => tasks.restore(task.id));
      };
      showDone(t('tasks.removed', { name: task.name }), { id, label: t('tasks.undo'), act, forMs });
    });

  return (
    <PageFrame
      title={t('tasks.title')}
      actions={
        <Button look="primary" onClick={() => setDialog({ kind: 'task', task: null })}>
          <Plus size={15} aria-hidden />
          {t('tasks.new')}
        </Button>
      }
    >
      <div className="flex flex-col gap-4 px-5 py-4">
        <Content
          onEdit={(task) => setDialog({ kind: 'task', task })}
          onNew={() => setDialog({ kind: 'task', task: null })}
          onRun={(task) => void attempt(() => tasks.run(task.id))}
          onSwitch={(task) => void attempt(() => tasks.change(task.id, { enabled: !task.enabled }))}
          onRemove={(task) => void remove(task)}
          onRenew={(task) => void attempt(async () => onHook(await tasks.renewSecret(task.id)))}
        />
      </div>
      {dialog?.kind === 'task' ? <TaskDialog task={dialog.task} onClose={close} onHook={onHook} /> : null}
      {dialog?.kind === 'hook' ? <HookDialog shown={dialog.shown} onClose={close} /> : null}
    </PageFrame>
  );
};

type ContentProps = Omit<Parameters<typeof TaskList>[0], 'tasks' | 'now'> & { readonly onNew: () => void };

const Content = ({ onNew, ...actions }: ContentProps): ReactElement => {
  const { t } = useTranslation();
  const { tasks, now } = useConsole();
  const { tasks: all, loading, error } = useStore(tasks);
  const time = useNow(now, refreshMs);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each tick of the clock asks again
  useEffect(() => {
    if (!document.hidden) void tasks.load();
  }, [tasks, time]);
  if (loading) return <Skeleton />;
  return (
    <>
      <LoadFailure error={error} title={t('tasks.failed')} onRetry={() => tasks.load()} />
      {all.length === 0 && error === null ? (
        <EmptyState icon={CalendarClock} title={t('tasks.empty')} text={t('tasks.emptyText')}>
          <Button look="primary" onClick={onNew}>
            {t('tasks.new')}
          </Button>
        </EmptyState>
      ) : null}
      {all.length === 0 ? null : <TaskList tasks={all} now={time} {...actions} />}
    </>
  );
};

const Skeleton = (): ReactElement => {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('tasks.loading')} className="shimmer flex flex-col gap-3">
      {['a', 'b', 'c'].map((row) => (
        <div key={row} aria-hidden className="h-16 rounded-lg bg-muted" />
      ))}
    </div>
  );
};
