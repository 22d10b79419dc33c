import type { i18n } from 'i18next';
import { type ReactElement, StrictMode, useEffect } from 'react';
import { I18nextProvider } from 'react-i18next';
import { useStore } from 'zustand';
import type { Console } from './console.ts';
import { ConsoleContext } from './console-context.ts';
import { ChatPage } from './features/chat/chat-page.tsx';
import { SignInPage } from './features/sign-in/sign-in-page.tsx';
import { StatusLine } from './features/status/status-line.tsx';
import { Rail } from './rail.tsx';
import { CrashGuard } from './ui/crash-guard.tsx';
import { preloadMarkdown } from './ui/markdown.tsx';
import { Toaster } from './ui/toaster.tsx';

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
  useEffect(preloadMarkdown, []);
  return (
    <div className="flex h-full flex-col">
      <div className="flex min-h-0 flex-1">
        <Rail />
        {phase === 'signed-in' ? <ChatPage /> : phase === 'signed-out' ? <SignInPage /> : null}
      </div>
      {phase === 'signed-out' ? null : <StatusLine />}
      <Toaster theme={theme} />
    </div>
  );
};
