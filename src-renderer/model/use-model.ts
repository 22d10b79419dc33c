import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../console-context.ts';
import { defaultAgentId } from '../features/chat/agents-store.ts';
import { openThread } from '../features/chat/chat-store.ts';
import { healthOf, type ModelHealth } from '../features/status/status-store.ts';

/** The model that the next message goes to, and how it is. */
export const useModel = (): { readonly model: string | null; readonly health: ModelHealth | null } => {
  const { chat, agents, status } = useConsole();
  const list = useStore(agents, (state) => state.agents);
  const agentId = useStore(chat, (state) => openThread(state).agentId) ?? defaultAgentId(list);
  const model = list.find(({ id }) => id === agentId)?.model;
  const health = useStore(status, (state) => healthOf(state.status, model));
  return { model: useModelName(model) ?? health?.model ?? null, health };
};

/** What to call a model: the built-in one has a name in each language, the others the gateway's label for them. */
export const useModelName = (label: string | undefined): string | undefined => {
  const { t } = useTranslation();
  const { status } = useConsole();
  const provider = useStore(status, (state) => healthOf(state.status, label)?.provider);
  return provider === 'offline' ? t('model.offline') : label;
};
