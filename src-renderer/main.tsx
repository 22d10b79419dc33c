import './zod-jitless.ts';
import './styles.css';
import { createRoot } from 'react-dom/client';
import type { DesktopBridge } from '../src-shared/contract/ipc.ts';
import { sendFile } from './api/send-file.ts';
import { App } from './app.tsx';
import { createConsole } from './console.ts';
import { openRegexWorker } from './features/logs/open-regex-worker.ts';
import { applyPreferences } from './features/preferences/apply-preferences.ts';
import { tellLanguage } from './features/preferences/tell-language.ts';
import { createI18n } from './i18n/create-i18n.ts';
import { followAddress, readAddress, rememberAddress } from './page-address.ts';

declare global {
  interface Window {
    readonly openclawDesktop?: DesktopBridge;
  }
}

/** The page of a hidden window is not painted, so its frames must not be waited for. */
const schedule = (work: () => void): void => {
  if (document.hidden) setTimeout(work, 100);
  else requestAnimationFrame(work);
};

const main = (): void => {
  const root = document.getElementById('root');
  if (!root) return;
  const address = readAddress(location, history);
  const console = createConsole({
    baseUrl: new URL('.', location.href).href,
    bridge: window.openclawDesktop,
    storage: localStorage,
    preferredLanguages: navigator.languages,
    fetch: (...args) => fetch(...args),
    sendFile,
    openSocket: (url) => new WebSocket(url) as never,
    openRegexWorker,
    openExternal: (url) => void window.open(url, '_blank', 'noopener,noreferrer'),
    now: () => Date.now(),
    random: () => Math.random(),
    newId: () => crypto.randomUUID(),
    schedule,
  });
  const i18n = createI18n(console.preferences.getState().language);
  applyPreferences(console.preferences, i18n, document.documentElement, matchMedia('(prefers-color-scheme: dark)'));
  tellLanguage(console.preferences, window.openclawDesktop);
  rememberAddress(console, location, history);
  followAddress(console, window);
  window.addEventListener('online', console.reconnectNow);
  document.addEventListener('visibilitychange', () => document.hidden || console.reconnectNow());

  createRoot(root).render(<App console={console} i18n={i18n} />);
  if (address.session !== null) console.chat.openRef(address.session);
  console.navigation.go(address.page);
  void console.signIn.begin(address.code);
};

main();
