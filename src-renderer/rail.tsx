import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from './console-context.ts';
import { SettingsMenu } from './features/preferences/settings-menu.tsx';
import { type PageId, pageIds } from './navigation.ts';
import { pages } from './pages.tsx';
import { cx } from './ui/class-names.ts';
import { Logo } from './ui/logo.tsx';

/** The pages that there are. */
export const Rail = (): ReactElement => {
  const { t } = useTranslation();
  const { signIn } = useConsole();
  const signedIn = useStore(signIn, (state) => state.phase === 'signed-in');
  return (
    <nav aria-label={t('nav.label')} className="flex w-13 shrink-0 flex-col items-center gap-1 border-r bg-sidebar py-2.5">
      <Logo />
      <div className="mt-3 flex flex-col items-center gap-1">
        {signedIn ? pageIds.filter((id) => !pages[id].aside).map((id) => <RailButton key={id} id={id} />) : null}
      </div>
      <span className="flex-1" />
      <SettingsMenu />
    </nav>
  );
};

const RailButton = ({ id }: { readonly id: PageId }): ReactElement => {
  const { t } = useTranslation();
  const { navigation, approvals } = useConsole();
  const open = useStore(navigation, (state) => state.page === id);
  const waiting = useStore(approvals, (state) => (id === 'approvals' ? state.waiting.length : 0));
  const { icon: Icon } = pages[id];
  const label = waiting === 0 ? t(`nav.${id}`) : t('nav.approvalsWaiting', { count: waiting });
  return (
    <button
      type="button"
      title={label}
      aria-label={label}
      aria-current={open ? 'page' : undefined}
      onClick={() => navigation.go(id)}
      className={cx(
        'relative flex size-9 items-center justify-center rounded-lg transition-colors',
        open ? 'bg-hover text-foreground' : 'text-muted-foreground hover:bg-hover hover:text-foreground',
      )}
    >
      <Icon size={18} />
      {waiting === 0 ? null : (
        <span
          aria-hidden
          className="absolute top-0 right-0 min-w-4 rounded-full bg-danger px-1 text-center font-medium text-[10px] text-on-accent leading-4"
        >
          {waiting > 9 ? '9+' : waiting}
        </span>
      )}
    </button>
  );
};
