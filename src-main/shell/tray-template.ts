import type { MenuItemConstructorOptions } from 'electron';
import { type AppState, stateLine } from './app-state.ts';
import type { Words } from './words.ts';

export type TrayActions = { readonly open: () => void; readonly pull: () => void; readonly release: () => void; readonly quit: () => void };

/** The tray's menu: how things stand, the way in, the brake, the way out. */
export const trayTemplate = (state: AppState, words: Words, { open, pull, release, quit }: TrayActions): MenuItemConstructorOptions[] => [
  { id: 'state', label: stateLine(state, words), enabled: false },
  { type: 'separator' },
  { id: 'open', label: words.open, click: open },
  brakeItem(state, words, { pull, release }),
  { type: 'separator' },
  { id: 'quit', label: words.quit, click: quit },
];

/** Pulls or releases, whichever there is to do; grey while there is no gateway. */
export const brakeItem = (
  { kind }: AppState,
  words: Words,
  { pull, release }: Pick<TrayActions, 'pull' | 'release'>,
): MenuItemConstructorOptions =>
  kind === 'stopped'
    ? { id: 'brake', label: words.releaseBrake, click: release }
    : { id: 'brake', label: words.pullBrake, click: pull, enabled: kind !== 'starting' && kind !== 'error' };
