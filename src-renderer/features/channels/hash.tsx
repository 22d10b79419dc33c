import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../ui/copy-button.tsx';

/** The SHA-256 of an archive, to be compared with what its author says. */
export const Hash = ({ sha256 }: { readonly sha256: string }): ReactElement => {
  const { t } = useTranslation();
  return (
    <p className="flex items-center gap-1">
      <span className="text-muted-foreground">{t('channels.plugin.hash')}</span>
      <code className="min-w-0 font-mono text-[12px] [overflow-wrap:anywhere]">{sha256}</code>
      <CopyButton text={sha256} label={t('channels.plugin.copyHash')} />
    </p>
  );
};
