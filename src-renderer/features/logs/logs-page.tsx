import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PageFrame } from '../../ui/page-frame.tsx';

export const LogsPage = (): ReactElement => {
  const { t } = useTranslation();
  return <PageFrame title={t('logs.title')}>{null}</PageFrame>;
};
