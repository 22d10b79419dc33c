import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PageFrame } from '../../ui/page-frame.tsx';

export const SettingsPage = (): ReactElement => {
  const { t } = useTranslation();
  return <PageFrame title={t('settings.title')}>{null}</PageFrame>;
};
