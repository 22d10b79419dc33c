import { MessageSquare } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from './console-context.ts';
import { SettingsMenu } from './features/preferences/settings-menu.tsx';
import { Logo } from './ui/logo.tsx';

/** The pages that there are. */
export const Rail = (): ReactElement => {
  const { t } = useTranslation();
  const { signIn } = useConsole();
  const signedIn = useStore(signIn, (state) => state.phase === 'signed-in');
  return (
    <nav aria-label={t('nav.label')} className="flex w-13 shrink-0 flex-col items-center gap-2 border-r bg-sidebar py-2.5">
      <Logo />
      {signedIn ? (
        <span
          aria-current="page"
          title={t('nav.chat')}
          className="mt-2 flex size-9 items-center justify-center rounded-lg bg-hover text-foreground"
        >
          <MessageSquare size={18} aria-hidden />
          <span className="sr-only">{t('nav.chat')}</span>
        </span>
      ) : null}
      <span className="flex-1" />
      <SettingsMenu />
    </nav>
  );
};
