import { app, type BrowserWindow, Menu } from 'electron';
import { type AppState, titleFor } from './app-state.ts';
import { type MenuActions, menuTemplate } from './menu-template.ts';
import { type AppTray, createTray } from './tray.ts';
import type { TrayActions } from './tray-template.ts';
import { wordsFor } from './words.ts';

type SurroundingsOptions = {
  /** The folder of the tray's pictures. */
  readonly icons: string;
  readonly state: () => AppState;
  readonly window: () => BrowserWindow | null;
  readonly keepsRunning: () => boolean;
  readonly actions: MenuActions & TrayActions;
};

/** What is around the page: tray, menu bar, title. All of it shows one state, in one language. Made once Electron is ready. */
export const createSurroundings = ({ icons, state, window, keepsRunning, actions }: SurroundingsOptions) => {
  let language = app.getLocale();
  let tray: AppTray | null = null;
  let menuShown = '';

  const showMenu = (): void => {
    const { kind } = state();
    // A menu bar that is replaced closes under the pointer: only when one of these makes another of it.
    const fits = JSON.stringify([language, kind === 'working' || kind === 'waiting' ? 'ready' : kind, keepsRunning()]);
    if (fits === menuShown) return;
    menuShown = fits;
    const template = menuTemplate({
      words: wordsFor(language),
      platform: process.platform,
      developerTools: !app.isPackaged,
      state: state(),
      keepsRunning: keepsRunning(),
      actions,
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  };

  const show = (): void => {
    const words = wordsFor(language);
    if (tray === null) tray = createTray(icons, actions, state(), words);
    else tray.show(state(), words);
    showMenu();
    window()?.setTitle(titleFor(state(), words));
  };

  return {
    show,
    words: () => wordsFor(language),
    setLanguage: (next: string): void => {
      if (next === language) return;
      language = next;
      show();
    },
  } as const;
};
