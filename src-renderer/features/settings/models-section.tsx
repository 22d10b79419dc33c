import { Boxes, Plus } from 'lucide-react';
import { type ReactElement, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { ModelConfig } from '../../../src-shared/contract/config.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { AgentModels } from './agent-models.tsx';
import { FoundServers } from './found-servers.tsx';
import { ModelCard } from './model-card.tsx';
import { ModelDialog } from './model-dialog.tsx';
import { RemoveModelDialog } from './remove-model-dialog.tsx';
import { SectionHead } from './section-head.tsx';
import type { Discovered, KnownConfig } from './settings-store.ts';
import { useProviderName } from './use-provider-name.ts';

type OpenDialog =
  | { readonly kind: 'edit'; readonly id: string | null; readonly model: ModelConfig }
  | { readonly kind: 'remove'; readonly id: string };

const blank: ModelConfig = { provider: 'openai-compatible' };

export const ModelsSection = ({ config }: { readonly config: KnownConfig }): ReactElement => {
  const { t } = useTranslation();
  const { status } = useConsole();
  const health = useStore(status, (state) => state.status?.models);
  const found = useDiscovery();
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const close = useCallback(() => setDialog(null), []);
  const add = (model: ModelConfig): void => setDialog({ kind: 'edit', id: null, model });
  const models = Object.entries(config.models);
  const providerName = useProviderName(found);
  const addButton = (
    <Button look="primary" onClick={() => add(blank)}>
      <Plus size={15} aria-hidden />
      {t('settings.models.add')}
    </Button>
  );

  return (
    <section className="flex max-w-3xl flex-col gap-4">
      <SectionHead title={t('settings.section.models')} text={t('settings.models.text')}>
        {models.length > 0 ? addButton : null}
      </SectionHead>
      <FoundServers found={found} models={config.models} onAdd={add} />
      {models.length === 0 ? (
        <EmptyState icon={Boxes} title={t('settings.models.empty')} text={t('settings.models.emptyText')}>
          {addButton}
        </EmptyState>
      ) : (
        <ul className="flex flex-col gap-2.5">
          {models.map(([id, model], index) => (
            <ModelCard
              key={id}
              id={id}
              model={model}
              provider={providerName(model.provider)}
              isDefault={index === 0}
              health={health?.find((row) => row.model === id) ?? null}
              agents={usersOf(id, config)}
              onEdit={() => setDialog({ kind: 'edit', id, model })}
              onRemove={() => setDialog({ kind: 'remove', id })}
            />
          ))}
        </ul>
      )}
      <AgentModels config={config} />
      {dialog?.kind === 'edit' ? (
        <ModelDialog id={dialog.id} model={dialog.model} taken={Object.keys(config.models)} found={found} onClose={close} />
      ) : null}
      {dialog?.kind === 'remove' ? <RemoveModelDialog id={dialog.id} agents={usersOf(dialog.id, config)} onClose={close} /> : null}
    </section>
  );
};

/** Agents that name it. */
const usersOf = (id: string, { agents }: KnownConfig): readonly string[] =>
  Object.keys(agents).filter((agent) => agents[agent]?.model === id);

/** What can be set up; null until the gateway has looked, or where it cannot. */
const useDiscovery = (): Discovered | null => {
  const { settings } = useConsole();
  const [found, setFound] = useState<Discovered | null>(null);
  useEffect(() => {
    let current = true;
    settings.discover().then(
      (discovered) => current && setFound(discovered),
      // Suggestions only: everything can be typed in, too.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [settings]);
  return found;
};
