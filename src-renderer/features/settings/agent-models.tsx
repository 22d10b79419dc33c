import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { SelectField } from '../../ui/field.tsx';
import { SectionHead } from './section-head.tsx';
import type { KnownConfig } from './settings-store.ts';
import { useSave } from './use-save.ts';

/** Which agent talks to which model. */
export const AgentModels = ({ config }: { readonly config: KnownConfig }): ReactElement => {
  const { t } = useTranslation();
  const { agents } = useConsole();
  const list = useStore(agents, (state) => state.agents);
  return (
    <div className="mt-3 flex flex-col gap-3">
      <SectionHead title={t('settings.agents')} text={t('settings.agents.text')} />
      <div className="grid grid-cols-2 gap-4">
        {list.map(({ id, name }) => (
          <AgentModel key={id} id={id} name={name} config={config} />
        ))}
      </div>
    </div>
  );
};

const AgentModel = ({ id, name, config }: { readonly id: string; readonly name: string; readonly config: KnownConfig }): ReactElement => {
  const { t } = useTranslation();
  const { settings } = useConsole();
  const { busy, error, save } = useSave();
  const ids = Object.keys(config.models);
  const chosen = config.agents[id]?.model ?? '';
  const missing = chosen !== '' && !ids.includes(chosen);
  return (
    <SelectField
      label={name}
      value={chosen}
      disabled={busy}
      problem={error?.message ?? (missing ? t('settings.agents.missing', { model: chosen }) : null)}
      options={[
        { value: '', label: ids[0] === undefined ? t('settings.agents.automatic') : t('settings.agents.first', { model: ids[0] }) },
        ...[...ids, ...(missing ? [chosen] : [])].map((value) => ({ value, label: value })),
      ]}
      onChoose={(model) => void save(() => settings.patch({ agents: { [id]: { model: model === '' ? null : model } } }))}
    />
  );
};
