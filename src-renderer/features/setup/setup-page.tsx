import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PageFrame } from '../../ui/page-frame.tsx';

export const SetupPage = (): ReactElement => {
  const { t } = useTranslation();
  return <PageFrame title={t('setup.title')}>{null}</PageFrame>;
};
