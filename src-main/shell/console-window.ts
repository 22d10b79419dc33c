import { app, type BrowserWindow } from 'electron';
import type { GatewayState } from './gateway-host.ts';
import { focusWindow } from './main-window.ts';
import { type ConsolePage, startupUrl } from './navigation-rules.ts';

type ConsoleWindowOptions = {
  /** Makes the window, with nothing loaded. */
  readonly make: () => BrowserWindow;
  readonly gateway: () => GatewayState;
};

/** The one window there is at most, and what it shows. */
export const createConsoleWindow = ({ make, gateway }: ConsoleWindowOptions) => {
  let window: BrowserWindow | null = null;
  /** Asked for when there was no console to open it in. */
  let wanted: ConsolePage | null = null;

  /** The page that fits the gateway's state. While it starts, whatever stands there stays. */
  const showFitting = (): void => {
    const state = gateway();
    if (window === null) return;
    if (state.phase === 'running') {
      load(window, wanted === null ? state.url : pageUrl(state.url, wanted));
      wanted = null;
    }
    if (state.phase === 'failed') load(window, startupUrl);
  };

  /** Brings it to the user, made anew where it was closed. Nothing before Electron is ready. */
  const bringForward = (): void => {
    if (window !== null) {
      focusWindow(window);
      return;
    }
    if (!app.isReady()) return;
    const opened = make();
    opened.once('closed', () => {
      window = null;
    });
    window = opened;
    showFitting();
  };

  return {
    current: (): BrowserWindow | null => window,
    bringForward,
    showFitting,
    openPage: (page: ConsolePage): void => {
      const state = gateway();
      const url = window?.webContents.getURL() ?? '';
      if (window === null || state.phase !== 'running' || !url.startsWith(state.url)) wanted = page;
      // Within the console that is no load, only another fragment – but the very same one would load it again.
      else if (openPageOf(url) !== page) load(window, pageUrl(state.url, page));
      bringForward();
    },
    /** For a start that takes long: something to look at. */
    showStarting: (): void => {
      if (window !== null && window.webContents.getURL() === '') load(window, startupUrl);
    },
  } as const;
};

const pageUrl = (console: string, page: ConsolePage): string => `${console}#page=${page}`;
const openPageOf = (url: string): string => new URLSearchParams(new URL(url).hash.slice(1)).get('page') ?? 'chat';

const load = (window: BrowserWindow, url: string): void => {
  // Rejects where another page is loaded meanwhile, or the window closes; a page that failed shows it by itself.
  void window.loadURL(url).catch(() => undefined);
};
