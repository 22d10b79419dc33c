import type { MenuItemConstructorOptions } from 'electron';
import type { AppState } from './app-state.ts';
import type { ConsolePage } from './navigation-rules.ts';
import { brakeItem } from './tray-template.ts';
import type { Words } from './words.ts';

export type MenuActions = {
  readonly openPage: (page: ConsolePage) => void;
  readonly pull: () => void;
  readonly release: () => void;
  readonly keepRunning: (on: boolean) => void;
  readonly openApiDocs: () => void;
  readonly about: () => void;
};

export type MenuOptions = {
  readonly words: Words;
  readonly platform: NodeJS.Platform;
  readonly developerTools: boolean;
  readonly state: AppState;
  /** Closing the window leaves the app in the tray. */
  readonly keepsRunning: boolean;
  readonly actions: MenuActions;
};

/** The menu bar. */
export const menuTemplate = ({
  words,
  platform,
  developerTools,
  state,
  keepsRunning,
  actions,
}: MenuOptions): MenuItemConstructorOptions[] => {
  const isMac = platform === 'darwin';
  // macOS has no access keys.
  const top = (label: string): string => (isMac ? label.replace(/\(&\w\)|&/, '') : label);
  const hasGateway = state.kind !== 'starting' && state.kind !== 'error';
  const page = (id: ConsolePage, accelerator: string): MenuItemConstructorOptions => ({
    id: `page-${id}`,
    label: words[id],
    accelerator,
    enabled: hasGateway,
    click: () => actions.openPage(id),
  });
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: top(words.file),
      submenu: [
        page('settings', 'CmdOrCtrl+,'),
        { type: 'separator' },
        { ...brakeItem(state, words, actions), accelerator: 'CmdOrCtrl+Shift+Escape' },
        { type: 'separator' },
        ...(isMac
          ? []
          : ([
              {
                id: 'keep-running',
                type: 'checkbox',
                label: words.keepRunning,
                checked: keepsRunning,
                click: ({ checked }) => actions.keepRunning(checked),
              },
            ] satisfies MenuItemConstructorOptions[])),
        { role: 'close', label: words.close },
        ...(isMac ? [] : [{ role: 'quit', label: words.quit } as const]),
      ],
    },
    {
      label: top(words.edit),
      submenu: [
        { role: 'undo', label: words.undo },
        { role: 'redo', label: words.redo },
        { type: 'separator' },
        { role: 'cut', label: words.cut },
        { role: 'copy', label: words.copy },
        { role: 'paste', label: words.paste },
        { role: 'selectAll', label: words.selectAll },
      ],
    },
    {
      label: top(words.view),
      submenu: [
        page('chat', 'CmdOrCtrl+1'),
        page('tokens', 'CmdOrCtrl+2'),
        page('logs', 'CmdOrCtrl+3'),
        page('channels', 'CmdOrCtrl+4'),
        { type: 'separator' },
        { role: 'reload', label: words.reload },
        { type: 'separator' },
        { role: 'resetZoom', label: words.resetZoom },
        { role: 'zoomIn', label: words.zoomIn },
        { role: 'zoomOut', label: words.zoomOut },
        { role: 'togglefullscreen', label: words.fullScreen },
        ...(developerTools ? [{ type: 'separator' } as const, { role: 'toggleDevTools', label: words.developerTools } as const] : []),
      ],
    },
    { label: top(words.window), submenu: [{ role: 'minimize', label: words.minimize }] },
    {
      role: 'help',
      label: top(words.help),
      submenu: [
        { id: 'api-docs', label: words.apiDocs, enabled: hasGateway, click: actions.openApiDocs },
        ...(isMac ? [] : [{ id: 'about', label: words.about, click: actions.about }]),
      ],
    },
  ];
};
