import { fileURLToPath } from 'node:url';
import { app, dialog } from 'electron';
import { systemClock } from './clock.ts';
import { locateHome } from './home.ts';
import { openGateway } from './open-gateway.ts';
import { runDesktopShell } from './shell/desktop-shell.ts';
import { gatewayOptions } from './shell/gateway-options.ts';

const main = (): Promise<void> =>
  runDesktopShell({
    home: locateHome(process.env),
    // Imported at the top although a second start does not need it: loaded on demand, it would wait for Electron's own start.
    openGateway: async (port) => openGateway({ env: process.env, ...gatewayOptions(process.argv, port) }),
    // This file is built to `out/main/`.
    builtFiles: fileURLToPath(new URL('..', import.meta.url)),
    icons: fileURLToPath(new URL('../../resources/icons', import.meta.url)),
    clock: systemClock,
  });

// Not awaited: Electron gets ready only after this module has run to its end, and `main` waits for that.
main().catch((error: unknown) => {
  dialog.showErrorBox('OpenClaw', error instanceof Error ? error.message : String(error));
  app.exit(1);
});
