import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { AppError } from '../../src-shared/app-error.ts';

/**
 * The admin door: the same HTTP routes on a Unix socket (0600) or a named pipe, for this computer's user. A
 * live one also says that a gateway uses this home, whichever port it has.
 *
 * @throws AppError HOME_IN_USE
 */
export const listenAdmin = async (path: string, onRequest: RequestListener): Promise<{ readonly close: () => Promise<void> }> => {
  if (await isAlive(path))
    throw new AppError('HOME_IN_USE', {
      hint: 'Use that one, end it, or give this one a home of its own: OPENCLAW_HOME=… openclaw gateway',
    });
  if (process.platform !== 'win32') {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    rmSync(path, { force: true });
  }
  const server = createServer(onRequest);
  // The folder is 0700, so nobody else comes in between listen and chmod.
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  if (process.platform !== 'win32') chmodSync(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** Whether somebody listens there. */
export const isAlive = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.setTimeout(1_000, () => {
      socket.destroy();
      // Somebody holds it, even if too busy to answer.
      resolve(true);
    });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
