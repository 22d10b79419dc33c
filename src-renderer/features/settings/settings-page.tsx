import { RotateCcw, WandSparkles } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { ErrorCard } from '../../ui/error-card.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { useAction } from '../../ui/use-action.ts';
import { AboutSection } from './about-section.tsx';
import { AllSection } from './all-section.tsx';
import { AppearanceSection } from './appearance-section.tsx';
import { ModelsSection } from './models-section.tsx';
import { type SectionId, sectionIcons, sectionIds } from './sections.ts';
import { SecuritySection } from './security-section.tsx';
import type { ConfigView } from './settings-store.ts';

export const SettingsPage = (): ReactElement => {
  const { t } = useTranslation();
  const { settings, navigation } = useConsole();
  const { view, error } = useStore(settings);
  const [section, setSection] = useState<SectionId>('models');
  useEffect(() => void settings.load(), [settings]);
  return (
    <PageFrame
      title={t('settings.title')}
      actions={
        <Button onClick={() => navigation.go('setup')}>
          <WandSparkles size={14} aria-hidden />
          {t('nav.setup')}
        </Button>
      }
    >
      <div className="flex h-full min-h-0">
        <SectionList open={section} onOpen={setSection} />
        <div className="flex min-w-0 flex-1 flex-col gap-4 overflow-y-auto px-5 py-4">
          {error ? <LoadError /> : null}
          {view ? <Notices view={view} onOpenFile={() => setSection('all')} /> : null}
          {view ? <Section id={section} view={view} /> : error ? null : <Skeleton />}
        </div>
      </div>
    </PageFrame>
  );
};

const SectionList = ({ open, onOpen }: { readonly open: SectionId; readonly onOpen: (id: SectionId) => void }): ReactElement => {
  const { t } = useTranslation();
  return (
    <nav aria-label={t('settings.sections')} className="flex w-44 shrink-0 flex-col gap-0.5 overflow-y-auto border-r px-2.5 py-3">
      {sectionIds.map((id) => {
        const Icon = sectionIcons[id];
        return (
          <button
            key={id}
            type="button"
            aria-current={id === open ? 'true' : undefined}
            onClick={() => onOpen(id)}
            className={cx(
              'flex h-8 items-center gap-2.5 rounded-lg px-2.5 text-left text-[13px] transition-colors',
              id === open ? 'bg-hover font-medium text-foreground' : 'text-muted-foreground hover:bg-hover hover:text-foreground',
            )}
          >
            <Icon size={15} aria-hidden className="shrink-0" />
            <span className="truncate">{t(`settings.section.${id}`)}</span>
          </button>
        );
      })}
    </nav>
  );
};

const Section = ({ id, view }: { readonly id: SectionId; readonly view: ConfigView }): ReactElement => {
  switch (id) {
    case 'models':
      return <ModelsSection config={view.known} />;
    case 'appearance':
      return <AppearanceSection ui={view.known.ui} />;
    case 'security':
      return <SecuritySection security={view.known.security} />;
    case 'all':
      return <AllSection view={view} />;
    case 'about':
      return <AboutSection />;
  }
};

const LoadError = (): ReactElement | null => {
  const { t } = useTranslation();
  const { settings } = useConsole();
  const error = useStore(settings, (state) => state.error);
  return error ? (
    <div role="alert">
      <ErrorCard error={error} title={t('settings.failed')}>
        <Button onClick={() => void settings.load()}>
          <RotateCcw size={14} aria-hidden />
          {t('turn.retry')}
        </Button>
      </ErrorCard>
    </div>
  ) : null;
};

const Notices = ({ view, onOpenFile }: { readonly view: ConfigView; readonly onOpenFile: () => void }): ReactElement => {
  const { t } = useTranslation();
  const { restartGateway } = useConsole();
  const { busy, run } = useAction();
  return (
    <>
      {view.problems.length > 0 ? (
        <NoticeCard tone="warn" title={t('settings.broken')} details={[...view.problems]}>
          <Button onClick={onOpenFile}>{t('settings.openFile')}</Button>
        </NoticeCard>
      ) : null}
      {view.restartFor.length > 0 ? (
        <NoticeCard
          tone="warn"
          title={t('settings.restart')}
          details={[view.restartFor.join(', '), t(restartGateway ? 'settings.restartHere' : 'settings.restartHow')]}
        >
          {restartGateway ? (
            <Button disabled={busy} onClick={() => void run(() => restartGateway().then(() => true), 'quietly')}>
              {t('settings.restartNow')}
            </Button>
          ) : null}
        </NoticeCard>
      ) : null}
    </>
  );
};

const Skeleton = (): ReactElement => {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('settings.loading')} className="shimmer flex flex-col gap-3">
      {['a', 'b', 'c'].map((row) => (
        <div key={row} aria-hidden className="h-20 rounded-xl bg-muted" />
      ))}
    </div>
  );
};
