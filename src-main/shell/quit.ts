import { app } from 'electron';

/** Milliseconds the gateway has to stop before the app ends without it; the database is sound either way. */
const patienceMs = 2_000;

/**
 * Lets `stop` end before the app does, however it is asked to quit: window, menu, Ctrl-C, or the session's end. The
 * windows have gone by then, so nobody looks at a page without a gateway.
 */
export const stopBeforeQuit = (stop: () => Promise<void>): void => {
  let done = false;
  let stopping = false;
  app.on('will-quit', (event) => {
    if (done) return;
    event.preventDefault();
    if (stopping) return;
    stopping = true;
    setTimeout(() => app.exit(0), patienceMs);
    void stop()
      .catch(() => undefined)
      .then(() => {
        done = true;
        // Not before this event is over: Electron takes no second quit in the middle of one.
        setImmediate(() => app.quit());
      });
  });
  app.on('window-all-closed', () => {
    // On macOS an app outlives its windows.
    if (process.platform !== 'darwin') app.quit();
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit());
};
