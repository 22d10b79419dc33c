import type { i18n } from 'i18next';
import { Activity, type ReactElement, StrictMode, Suspense, useEffect } from 'react';
import { I18nextProvider } from 'react-i18next';
import { useStore } from 'zustand';
import type { Console } from './console.ts';
import { ConsoleContext, useConsole } from './console-context.ts';
import { SignInPage } from './features/sign-in/sign-in-page.tsx';
import { StatusLine } from './features/status/status-line.tsx';
import { pages } from './pages.tsx';
import { PinDialog } from './pin/pin-dialog.tsx';
import { Rail } from './rail.tsx';
import { CrashGuard } from './ui/crash-guard.tsx';
import { preloadMarkdown } from './ui/markdown.tsx';
import { Toaster } from './ui/toaster.tsx';
import { useDroppedPlugins } from './use-dropped-plugins.ts';

export const App = ({ console, i18n }: { readonly console: Console; readonly i18n: i18n }): ReactElement => (
  <StrictMode>
    <I18nextProvider i18n={i18n}>
      <ConsoleContext value={console}>
        <CrashGuard>
          <Pages console={console} />
        </CrashGuard>
      </ConsoleContext>
    </I18nextProvider>
  </StrictMode>
);

const Pages = ({ console }: { readonly console: Console }): ReactElement => {
  const phase = useStore(console.signIn, (state) => state.phase);
  const theme = useStore(console.preferences, (state) => state.theme);
  useEffect(() => (phase === 'signed-in' ? console.start() : undefined), [console, phase]);
  const waiting = useStore(console.approvals, (state) => state.waiting.length);
  useEffect(() => {
    document.title = waiting === 0 ? 'OpenClaw' : `(${waiting}) OpenClaw`;
  }, [waiting]);
  useEffect(preloadMarkdown, []);
  useDroppedPlugins(phase === 'signed-in');
  return (
    <div className="flex h-full flex-col">
      <div className="flex min-h-0 flex-1">
        <Rail />
        {phase === 'signed-in' ? <OpenPage /> : phase === 'signed-out' ? <SignInPage /> : null}
      </div>
      {phase === 'signed-out' ? null : <StatusLine />}
      <PinDialog />
      <Toaster theme={theme} />
    </div>
  );
};

/** The chat stays as it is behind the other pages: what is half typed or scrolled to is still there. */
const OpenPage = (): ReactElement => {
  const { navigation } = useConsole();
  const page = useStore(navigation, (state) => state.page);
  const { Content } = pages[page];
  return (
    <>
      <Activity mode={page === 'chat' ? 'visible' : 'hidden'}>
        <pages.chat.Content />
      </Activity>
      <Suspense fallback={<main className="flex-1" />}>{page === 'chat' ? null : <Content />}</Suspense>
    </>
  );
};
