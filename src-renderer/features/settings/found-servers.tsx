import { Plus, Radar } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModelConfig } from '../../../src-shared/contract/config.ts';
import { Button } from '../../ui/button.tsx';
import type { Discovered } from './settings-store.ts';

type FoundServersProps = {
  readonly found: Discovered | null;
  readonly models: Readonly<Record<string, ModelConfig>>;
  readonly onAdd: (model: ModelConfig) => void;
};

/** Model servers and keys that are there but not set up yet, a click away from it. */
export const FoundServers = ({ found, models, onAdd }: FoundServersProps): ReactElement | null => {
  const { t } = useTranslation();
  const offers = found ? offersOf(found, Object.values(models)) : [];
  if (offers.length === 0) return null;
  return (
    <div className="rounded-xl border border-dashed px-4 py-3">
      <p className="flex items-center gap-2 font-medium text-[13px]">
        <Radar size={15} aria-hidden className="text-muted-foreground" />
        {t('settings.models.found')}
      </p>
      <ul className="mt-2 flex flex-col gap-1.5">
        {offers.map(({ name, where, model }) => (
          <li key={`${name} ${where}`} className="flex items-center gap-3 text-[13px]">
            <span className="min-w-0 flex-1 truncate">
              {name} <span className="text-muted-foreground">{where}</span>
            </span>
            <Button aria-label={t('settings.models.addFound', { name })} onClick={() => onAdd(model)}>
              <Plus size={14} aria-hidden />
              {t('settings.list.add')}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
};

type Offer = { readonly name: string; readonly where: string; readonly model: ModelConfig };

const offersOf = ({ servers, keys, providers }: Discovered, known: readonly ModelConfig[]): readonly Offer[] => [
  ...servers
    .filter(
      ({ provider, baseUrl }) =>
        !known.some((one) => one.baseUrl === baseUrl || (one.provider === provider && provider !== 'openai-compatible')),
    )
    .map(({ provider, name, baseUrl, models }): Offer => {
      const [first] = models;
      const model = {
        provider,
        ...(provider === 'openai-compatible' ? { baseUrl } : {}),
        ...(first === undefined ? {} : { model: first }),
      };
      return { name, where: first ?? baseUrl, model };
    }),
  ...keys
    .filter(({ provider }) => !known.some((one) => one.provider === provider))
    .map(({ provider, variable }): Offer => {
      const preset = providers.find((one) => one.provider === provider);
      return { name: preset?.name ?? provider, where: variable, model: { provider, ...(preset?.model ? { model: preset.model } : {}) } };
    }),
];
