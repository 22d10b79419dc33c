import { Plus } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { LoadFailure } from '../../ui/load-failure.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { dismissToast, showDone, showProblem } from '../../ui/toast.ts';
import { useNow } from '../../ui/use-now.ts';
import { AgentCard, type AgentRow } from './agent-card.tsx';
import { AgentDialog } from './agent-dialog.tsx';
import { formOf, freeId } from './agent-form.ts';
import { removal, returning } from './change-agents.ts';
import { RoutingRules } from './routing-rules.tsx';
import { TestAgentDialog } from './test-agent-dialog.tsx';
import { type KnownAgents, useAgents } from './use-agents.ts';

/** Turns begin, end and cost while one looks. */
const refreshMs = 10_000;
const undoMs = 10_000;

export const AgentsPage = (): ReactElement => {
  const { t } = useTranslation();
  const { agentsPage } = useConsole();
  const known = useAgents();
  const draft = useStore(agentsPage, (state) => state.draft);
  const [testing, setTesting] = useState<AgentRow | null>(null);
  const load = useLoading();
  const begin = (id: string | null, form: ReturnType<typeof formOf>): void => agentsPage.setState({ draft: { id, before: form, form } });
  return (
    <PageFrame
      title={t('nav.agents')}
      actions={
        <Button look="primary" disabled={known === null} onClick={() => begin(null, formOf('', {}))}>
          <Plus size={15} aria-hidden />
          {t('agents.new')}
        </Button>
      }
    >
      <div className="flex max-w-4xl flex-col gap-6 px-5 py-4">
        <Failures known={known} onRetry={load} />
        {known === null ? <Skeleton /> : <AgentList known={known} onBegin={begin} onTest={setTesting} />}
        {known === null ? null : <RoutingRules known={known} />}
      </div>
      {draft !== null && known !== null ? <AgentDialog draft={draft} taken={known.ids} models={known.models} /> : null}
      {testing === null ? null : <TestAgentDialog id={testing.id} name={testing.name} onClose={() => setTesting(null)} />}
    </PageFrame>
  );
};

/** Loads now and from time to time; @returns what loads again. */
const useLoading = (): (() => void) => {
  const { agentsPage, agents, settings, skills, now } = useConsole();
  const time = useNow(now, refreshMs);
  useEffect(() => {
    void settings.load();
    void skills.load();
  }, [settings, skills]);
  const load = (): void => {
    void agents.load();
    void agentsPage.load();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: each tick of the clock asks again
  useEffect(() => {
    if (!document.hidden) load();
  }, [time]);
  return () => {
    load();
    void settings.load();
  };
};

const Failures = ({ known, onRetry }: { readonly known: KnownAgents | null; readonly onRetry: () => void }): ReactElement => {
  const { t } = useTranslation();
  const { agents, agentsPage, settings } = useConsole();
  const errors = [useStore(agents).error, useStore(settings).error, useStore(agentsPage).error];
  const error = errors.find((one) => one !== null) ?? null;
  return <LoadFailure error={error} title={t(known === null ? 'agents.failed' : 'agents.failedPartly')} onRetry={onRetry} />;
};

type AgentListProps = {
  readonly known: KnownAgents;
  readonly onBegin: (id: string | null, form: ReturnType<typeof formOf>) => void;
  readonly onTest: (agent: AgentRow) => void;
};

const AgentList = ({ known, onBegin, onTest }: AgentListProps): ReactElement => {
  const { t } = useTranslation();
  const { chat, navigation, settings } = useConsole();
  const { agents, channels } = known.config;
  const attempt = async (what: () => Promise<unknown>): Promise<void> => {
    try {
      await what();
    } catch (thrown) {
      showProblem(t('agents.didNot', { message: ApiError.from(thrown).message }));
    }
  };
  const remove = ({ id, name, removable }: AgentRow): Promise<void> =>
    attempt(async () => {
      const users = Object.keys(channels).filter((channel) => channels[channel]?.agent === id);
      if (removable === 'yes' && users.length > 0) return showProblem(t('agents.inUse', { name, channels: users.join(', ') }));
      const { patch, taken } = removal(id, known.config, removable === 'reset');
      if (!(await settings.patch(patch))) return;
      const toast = `agent-${id}`;
      const act = (): void => {
        dismissToast(toast);
        const now = settings.getState().view?.known;
        if (now) void attempt(() => settings.patch(returning(id, taken, now)));
      };
      const count = taken.rules.length;
      const said =
        removable === 'reset'
          ? t('agents.wasReset', { name })
          : count === 0
            ? t('agents.removed', { name })
            : t('agents.removedRules', { name, count });
      showDone(said, { id: toast, label: t('agents.undo'), act, forMs: undoMs });
    });
  return (
    <ul aria-label={t('nav.agents')} className="divide-y rounded-xl border">
      {known.rows.map((agent) => (
        <AgentCard
          key={agent.id}
          agent={agent}
          onChat={() => {
            chat.newChat(agent.id);
            navigation.go('chat');
          }}
          onTest={() => onTest(agent)}
          onEdit={() => onBegin(agent.id, formOf(agent.id, agents[agent.id] ?? {}))}
          onDuplicate={() => onBegin(null, formOf(freeId(agent.id, known.ids), agents[agent.id] ?? {}))}
          onRemove={() => void remove(agent)}
        />
      ))}
    </ul>
  );
};

const Skeleton = (): ReactElement => {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('agents.loading')} className="shimmer flex flex-col gap-3">
      {['a', 'b', 'c'].map((row) => (
        <div key={row} aria-hidden className="h-16 rounded-lg bg-muted" />
      ))}
    </div>
  );
};
