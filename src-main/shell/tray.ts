import { join } from 'node:path';
import { Menu, nativeImage, Tray } from 'electron';
import { type AppState, stateLine } from './app-state.ts';
import { type TrayActions, trayTemplate } from './tray-template.ts';
import type { Words } from './words.ts';

export type AppTray = { readonly show: (state: AppState, words: Words) => void };

/** The icon in the system's tray. `icons`: the folder of the pictures, one a state. */
export const createTray = (icons: string, actions: TrayActions, state: AppState, words: Words): AppTray => {
  const tray = new Tray(picture(icons, state));
  const show = (next: AppState, inWords: Words): void => {
    tray.setImage(picture(icons, next));
    tray.setToolTip(`OpenClaw – ${stateLine(next, inWords)}`);
    // Anew each time: on Linux a menu that was handed over does not change any more.
    tray.setContextMenu(Menu.buildFromTemplate(trayTemplate(next, inWords, actions)));
  };
  // On macOS a click opens the menu.
  if (process.platform !== 'darwin') tray.on('click', actions.open);
  show(state, words);
  return { show };
};

/** Beside each stands its `@2x`, which Electron finds by itself. Hosts on Linux scale down from what they get, and never ask for more. */
const picture = (icons: string, { kind }: AppState): Electron.NativeImage => {
  const name = { darwin: `16/${kind}Template.png`, win32: `16/${kind}.png` }[process.platform as string] ?? `32/${kind}.png`;
  return nativeImage.createFromPath(join(icons, name));
};
