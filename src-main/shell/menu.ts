import { app, Menu } from 'electron';
import { menuTemplate } from './menu-template.ts';

/** Puts up the menu bar, in the system's language. */
export const installMenu = (): void => {
  const template = menuTemplate({ locale: app.getLocale(), platform: process.platform, developerTools: !app.isPackaged });
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
};
