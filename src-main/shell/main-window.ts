import { readFileSync, writeFileSync } from 'node:fs';
import { app, BrowserWindow, nativeTheme, screen } from 'electron';
import { parseWindowState, placeWindow, smallestWindow, type WindowState } from './window-state.ts';

/** The page's own background (`--background` in the console's styles), so that the first paint does not flash. */
const backgroundColor = (): string => (nativeTheme.shouldUseDarkColors ? '#141517' : '#ffffff');

type MainWindowOptions = { readonly stateFile: string; readonly preload: string; readonly title: string };

/** Makes the window, hidden until its first page has something to show. Its place is kept in `stateFile`. */
export const createMainWindow = ({ stateFile, preload, title }: MainWindowOptions): BrowserWindow => {
  const { maximized, ...bounds } = placeWindow(readState(stateFile), workAreas());
  const window = new BrowserWindow({
    ...bounds,
    minWidth: smallestWindow.width,
    minHeight: smallestWindow.height,
    title,
    show: false,
    backgroundColor: backgroundColor(),
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  window.once('ready-to-show', () => {
    if (maximized) window.maximize();
    window.show();
  });
  // The title says how the app stands; a page has no say in it.
  window.on('page-title-updated', (event) => event.preventDefault());
  const followTheme = (): void => window.setBackgroundColor(backgroundColor());
  nativeTheme.on('updated', followTheme);
  window.once('closed', () => nativeTheme.off('updated', followTheme));
  keepState(window, stateFile);
  return window;
};

/** Brings the window to the user: what a second start of the app does. */
export const focusWindow = (window: BrowserWindow): void => {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
};

/** Milliseconds after the last move before the place is written. */
const settleMs = 500;

const keepState = (window: BrowserWindow, file: string): void => {
  let timer: NodeJS.Timeout | undefined;
  const save = (): void => {
    clearTimeout(timer);
    const state: WindowState = { ...window.getNormalBounds(), maximized: window.isMaximized() };
    try {
      writeFileSync(file, `${JSON.stringify(state)}\n`, { mode: 0o600 });
    } catch {
      // The next start opens in the usual place; nobody needs to hear of it.
    }
  };
  const saveSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(save, settleMs);
  };
  window.on('resize', saveSoon);
  window.on('move', saveSoon);
  window.on('maximize', saveSoon);
  window.on('unmaximize', saveSoon);
  window.on('close', save);
};

const readState = (file: string): WindowState | null => {
  try {
    return parseWindowState(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
};

const workAreas = () => {
  const primary = screen.getPrimaryDisplay();
  return [primary, ...screen.getAllDisplays().filter(({ id }) => id !== primary.id)].map(({ workArea }) => workArea);
};
