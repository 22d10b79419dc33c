import { ExternalLink } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { SectionHead } from './section-head.tsx';

/** Pages of the gateway, beside the console. */
const pages = { api: 'docs', licenses: 'licenses.txt' } as const;

export const AboutSection = (): ReactElement => {
  const { t } = useTranslation();
  const { status, openExternal } = useConsole();
  const known = useStore(status, (state) => state.status);
  return (
    <section className="flex max-w-xl flex-col gap-5">
      <SectionHead title={t('settings.section.about')} text={t('settings.about.text')} />
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1.5 text-[13px]">
        <dt className="text-muted-foreground">{t('settings.about.version')}</dt>
        <dd className="tabular-nums">{known?.version ?? '…'}</dd>
        <dt className="text-muted-foreground">{t('settings.about.address')}</dt>
        <dd className="break-all font-mono text-xs leading-5">{new URL('.', location.href).href}</dd>
        <dt className="text-muted-foreground">{t('settings.about.secrets')}</dt>
        <dd>{known?.secrets ? t(`settings.about.secrets.${known.secrets.backend}`) : '…'}</dd>
      </dl>
      <ul className="flex flex-col gap-1.5 text-[13px]">
        {(['api', 'licenses'] as const).map((page) => (
          <li key={page}>
            <a
              href={pages[page]}
              className="inline-flex items-center gap-1.5 text-link underline decoration-link/40 underline-offset-2 hover:decoration-link"
              onClick={(event) => {
                event.preventDefault();
                openExternal(new URL(pages[page], location.href).href);
              }}
            >
              {t(`settings.about.${page}`)}
              <ExternalLink size={13} aria-hidden />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
};
