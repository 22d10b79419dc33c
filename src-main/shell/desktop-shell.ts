import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, type BrowserWindow, protocol, session } from 'electron';
import { AppError } from '../../src-shared/app-error.ts';
import type { Clock } from '../gateway-ports.ts';
import { type Home, prepareHome } from '../home.ts';
import { type ConsoleTokens, createConsoleTokens } from './console-token.ts';
import { findFreePort } from './free-port.ts';
import { createGatewayHost, type GatewayHost, type GatewayHostOptions } from './gateway-host.ts';
import { serveIpc } from './ipc.ts';
import type { IpcTable } from './ipc-dispatch.ts';
import { lockNavigation, lockSession, openExternal } from './lock-down.ts';
import { createMainWindow, focusWindow } from './main-window.ts';
import { installMenu } from './menu.ts';
import { startupScheme, startupUrl } from './navigation-rules.ts';
import { stopBeforeQuit } from './quit.ts';
import { createStartupFiles } from './startup-files.ts';

type DesktopShellOptions = {
  readonly home: Home;
  readonly openGateway: GatewayHostOptions['open'];
  /** The folder that holds the built `preload` and `renderer`. */
  readonly builtFiles: string;
  readonly clock: Clock;
};

/** Milliseconds a start may take before the window shows that something is going on. */
const startsQuicklyMs = 800;

/**
 * The desktop app: one window that shows the console of the gateway it runs, or why there is none. Resolves once the
 * window is made; the app then lives until it is quit. Must be called before Electron is ready, and must not be
 * awaited at the top level of the entry: Electron gets ready only after that has run.
 */
export const runDesktopShell = async ({ home, openGateway, builtFiles, clock }: DesktopShellOptions): Promise<void> => {
  keepUserDataIn(home);
  if (!app.requestSingleInstanceLock()) {
    app.exit(0);
    return;
  }
  protocol.registerSchemesAsPrivileged([{ scheme: startupScheme, privileges: { standard: true, secure: true } }]);
  // Chromium would ask the keyring for a key to encrypt cookies with; the window has none.
  if (process.platform === 'linux') app.commandLine.appendSwitch('password-store', 'basic');

  let window: BrowserWindow | null = null;
  const host = createGatewayHost({
    open: openGateway,
    findFreePort,
    changed: () => showPage(window, host),
  });
  const gatewayOrigin = (): string | null => {
    const state = host.state();
    return state.phase === 'running' ? new URL(state.url).origin : null;
  };
  const tokens = createConsoleTokens({ mint: () => runningGateway(host).mintConsoleToken(), now: clock.now });
  const openWindow = (): BrowserWindow => {
    const opened = createMainWindow({ stateFile: join(home.data, 'window.json'), preload: join(builtFiles, 'preload', 'preload.cjs') });
    opened.on('closed', () => {
      window = null;
    });
    opened.webContents.on('did-navigate', tokens.pageLoaded);
    return opened;
  };
  const bringForward = (): void => {
    if (window !== null) {
      focusWindow(window);
    } else if (app.isReady()) {
      window = openWindow();
      showPage(window, host);
    }
  };

  restartOnFault(host);
  lockNavigation(gatewayOrigin);
  stopBeforeQuit(host.stop);
  app.on('second-instance', bringForward);
  // The gateway starts while Electron does.
  void host.start(null);

  await app.whenReady();
  lockSession(session.defaultSession, gatewayOrigin);
  const startupFiles = createStartupFiles(join(builtFiles, 'renderer'));
  protocol.handle(startupScheme, ({ url }) => startupFiles(url));
  serveIpc(ipcTable(host, tokens), gatewayOrigin);
  installMenu();
  app.on('activate', bringForward);
  window = openWindow();
  showPage(window, host);
  clock.after(startsQuicklyMs, () => {
    if (window !== null && window.webContents.getURL() === '') load(window, startupUrl);
  });
};

/** Electron only warns of a rejection that nobody handles, where Node ends; one policy for both: the core is in doubt. */
const restartOnFault = (host: GatewayHost): void => {
  // A closed pipe under stderr would be a fault of its own, for each word about it.
  process.stderr.on('error', () => undefined);
  const fault = (error: unknown): void => {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`openclaw: an error that nobody caught: ${error instanceof Error ? (error.stack ?? why) : why}\n`);
    void host.restart(why);
  };
  process.on('uncaughtException', fault);
  process.on('unhandledRejection', fault);
};

/** The lock on a second start, and all that Chromium writes, belong to the home folder: two homes are two apps. */
const keepUserDataIn = (home: Home): void => {
  try {
    prepareHome(home);
    const folder = join(home.data, 'electron');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    app.setPath('userData', folder);
  } catch {
    // The gateway meets the same trouble, and its words for it are shown in the window.
  }
};

/** The page that fits the gateway's state. While it starts, whatever stands there stays. */
const showPage = (window: BrowserWindow | null, host: GatewayHost): void => {
  const state = host.state();
  if (window === null) return;
  if (state.phase === 'running') load(window, state.url);
  if (state.phase === 'failed') load(window, startupUrl);
};

const load = (window: BrowserWindow, url: string): void => {
  // Rejects where another page is loaded meanwhile, or the window closes; a page that failed shows it by itself.
  void window.loadURL(url).catch(() => undefined);
};

const runningGateway = (host: GatewayHost) => {
  const state = host.state();
  if (state.phase !== 'running') throw new AppError('GATEWAY_STARTING');
  return state.gateway;
};

const ipcTable = (host: GatewayHost, tokens: ConsoleTokens): IpcTable => ({
  'console:token': { pages: ['console'], run: tokens.next },
  'shell:open-external': { pages: ['console', 'startup'], run: async ({ url }) => ({ opened: await openExternal(url) }) },
  'startup:problem': {
    pages: ['startup'],
    run: async () => {
      const state = host.state();
      return state.phase === 'failed' ? state.problem : null;
    },
  },
  'startup:retry': { pages: ['startup'], run: async ({ port }) => ({ started: await host.start(port) }) },
});
