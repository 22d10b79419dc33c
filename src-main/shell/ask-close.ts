import { type BrowserWindow, dialog } from 'electron';
import type { Words } from './words.ts';

/** Asks whether closing the window hides it or quits. */
export const askClose = async (
  window: BrowserWindow,
  words: Words,
): Promise<{ readonly chosen: 'hide' | 'quit' | 'stay'; readonly remember: boolean }> => {
  const { response, checkboxChecked } = await dialog.showMessageBox(window, {
    type: 'question',
    message: words.closeQuestion,
    detail: words.closeDetail,
    buttons: [words.closeHide, words.closeQuit, words.cancel],
    defaultId: 0,
    cancelId: 2,
    checkboxLabel: words.remember,
    checkboxChecked: true,
    noLink: true,
  });
  return { chosen: (['hide', 'quit', 'stay'] as const)[response] ?? 'stay', remember: checkboxChecked };
};
