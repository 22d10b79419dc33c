import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PageFrame } from '../../ui/page-frame.tsx';

export const TokensPage = (): ReactElement => {
  const { t } = useTranslation();
  return <PageFrame title={t('tokens.title')}>{null}</PageFrame>;
};
