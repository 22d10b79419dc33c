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
  let wanted: Fragment | null = null;

  /** The page that fits the gateway's state. While it starts, whatever stands there stays. */
  const showFitting = (): void => {
    const state = gateway();
    if (window === null) return;
    if (state.phase === 'running') {
      load(window, wanted === null ? state.url : `${state.url}${wanted}`);
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

  /** Within the console that is no load, only another fragment – but the very same one would load it again. */
  const openAt = (fragment: Fragment, isOpen: (url: string) => boolean): void => {
    const state = gateway();
    const url = window?.webContents.getURL() ?? '';
    if (window === null || state.phase !== 'running' || !url.startsWith(state.url)) wanted = fragment;
    else if (!isOpen(url)) load(window, `${state.url}${fragment}`);
    bringForward();
  };

  return {
    current: (): BrowserWindow | null => window,
    bringForward,
    showFitting,
    openPage: (page: ConsolePage): void => openAt(`#page=${page}`, (url) => openPageOf(url) === page),
    /** @param session a handle */
    openChat: (session: string): void => {
      const fragment: Fragment = `#chat=${encodeURIComponent(session)}`;
      openAt(fragment, (url) => new URL(url).hash === fragment);
    },
    /** For a start that takes long: something to look at. */
    showStarting: (): void => {
      if (window !== null && window.webContents.getURL() === '') load(window, startupUrl);
    },
  } as const;
};

type Fragment = `#page=${ConsolePage}` | `#chat=${string}`;
const openPageOf = (url: string): string => new URLSearchParams(new URL(url).hash.slice(1)).get('page') ?? 'chat';

const load = (window: BrowserWindow, url: string): void => {
  // Rejects where another page is loaded meanwhile, or the window closes; a page that failed shows it by itself.
  void window.loadURL(url).catch(() => undefined);
};
