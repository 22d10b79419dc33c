import { app, type BrowserWindow } from 'electron';

/**
 * Lets `decide` say what the window's close button does. Quitting – by menu, tray, signal or the end of the session – closes it
 * without a question. On macOS an app outlives its windows anyway, and closing only closes.
 */
export const decideOnClose = (window: BrowserWindow, decide: () => Promise<'hide' | 'minimize' | 'quit' | 'stay'>): void => {
  if (process.platform === 'darwin') return;
  let quitting = false;
  let deciding = false;
  const letGo = (): void => {
    quitting = true;
  };
  app.on('before-quit', letGo);
  window.once('closed', () => app.off('before-quit', letGo));
  // Windows ends the session without a before-quit, and would wait for a window that stays.
  window.on('query-session-end', letGo);
  window.on('close', (event) => {
    if (quitting) return;
    event.preventDefault();
    if (deciding) return;
    deciding = true;
    void decide()
      .then((outcome) => {
        if (outcome === 'quit') app.quit();
        else if (outcome !== 'stay') window[outcome]();
      })
      .finally(() => {
        deciding = false;
      });
  });
};
