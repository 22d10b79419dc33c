import { useTranslation } from 'react-i18next';
import type { ProviderId } from '../../../src-shared/contract/config.ts';
import type { Discovered } from './settings-store.ts';

/** What people call a provider; its id until the gateway has told more. */
export const useProviderName = (found: Discovered | null): ((provider: ProviderId) => string) => {
  const { t } = useTranslation();
  return (provider) => {
    if (provider === 'openai-compatible') return t('settings.models.compatible');
    if (provider === 'offline') return t('settings.models.offline');
    return found?.providers.find((one) => one.provider === provider)?.name ?? provider;
  };
};
