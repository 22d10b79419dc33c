import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, dialog, protocol, session } from 'electron';
import { AppError } from '../../src-shared/app-error.ts';
import type { Clock, Gateway } from '../gateway-ports.ts';
import { type Home, prepareHome } from '../home.ts';
import { createAppState, titleFor } from './app-state.ts';
import { createApprovalNotices } from './approval-notices.ts';
import { askClose } from './ask-close.ts';
import { type CloseChoice, decideClose } from './close-choice.ts';
import { decideOnClose } from './close-window.ts';
import { type ConsoleTokens, createConsoleTokens } from './console-token.ts';
import { createConsoleWindow } from './console-window.ts';
import { findFreePort } from './free-port.ts';
import { createGatewayHost, type GatewayHost, type GatewayHostOptions } from './gateway-host.ts';
import { serveIpc } from './ipc.ts';
import type { IpcTable } from './ipc-dispatch.ts';
import { lockNavigation, lockSession, openExternal } from './lock-down.ts';
import { createMainWindow } from './main-window.ts';
import { pageOfLink, startupScheme } from './navigation-rules.ts';
import { stopBeforeQuit } from './quit.ts';
import { showNotice } from './show-notice.ts';
import { createStartupFiles } from './startup-files.ts';
import { createSurroundings } from './surroundings.ts';
import { trayIsShown } from './tray-host.ts';
import { type Words, wordsFor } from './words.ts';

type DesktopShellOptions = {
  readonly home: Home;
  readonly openGateway: GatewayHostOptions['open'];
  /** The folder that holds the built `preload` and `renderer`. */
  readonly builtFiles: string;
  /** The folder of the app's pictures. */
  readonly icons: string;
  readonly clock: Clock;
};

/** Milliseconds a start may take before the window shows that something is going on. */
const startsQuicklyMs = 800;

/**
 * The desktop app: one window that shows the console of the gateway it runs, or why there is none. Resolves once the
 * window is made; the app then lives until it is quit. Must be called before Electron is ready, and must not be
 * awaited at the top level of the entry: Electron gets ready only after that has run.
 */
export const runDesktopShell = async ({ home, openGateway, builtFiles, icons, clock }: DesktopShellOptions): Promise<void> => {
  keepUserDataIn(home);
  if (!app.requestSingleInstanceLock()) {
    app.exit(0);
    return;
  }
  protocol.registerSchemesAsPrivileged([{ scheme: startupScheme, privileges: { standard: true, secure: true } }]);
  // Chromium would ask the keyring for a key to encrypt cookies with; the window has none.
  if (process.platform === 'linux') app.commandLine.appendSwitch('password-store', 'basic');

  let surroundings: ReturnType<typeof createSurroundings> | null = null;
  const words = (): Words => surroundings?.words() ?? wordsFor(app.getLocale());
  const appState = createAppState({ clock, changed: () => surroundings?.show() });
  const host = createGatewayHost({
    open: openGateway,
    findFreePort,
    changed: (state) => {
      appState.follow(state);
      if (state.phase === 'running') {
        state.gateway.ui.onChange(() => surroundings?.show());
        state.gateway.approvals.onChange(noteApproval);
      }
      window.showFitting();
    },
  });
  const closeChoice = (): CloseChoice | null => {
    const state = host.state();
    return state.phase === 'running' ? state.gateway.ui.current().closeToTray : null;
  };
  const keepCloseChoice = (closeToTray: CloseChoice): Promise<void> =>
    runningGateway(host)
      .then(({ ui }) => ui.change({ closeToTray }))
      .catch((error: unknown) => showError(words().settingFailed, error));
  const gatewayOrigin = (): string | null => {
    const state = host.state();
    return state.phase === 'running' ? new URL(state.url).origin : null;
  };
  const tokens = createConsoleTokens({ mint: async () => (await runningGateway(host)).mintConsoleToken(), now: clock.now });
  const window = createConsoleWindow({
    gateway: host.state,
    make: () => {
      const made = createMainWindow({
        stateFile: join(home.data, 'window.json'),
        preload: join(builtFiles, 'preload', 'preload.cjs'),
        title: titleFor(appState.state(), words()),
      });
      made.webContents.on('did-navigate', tokens.pageLoaded);
      decideOnClose(made, () =>
        decideClose({
          choice: closeChoice,
          remember: keepCloseChoice,
          trayIsShown: () => trayIsShown(process.platform, process.env),
          ask: () => askClose(made, words()),
        }),
      );
      return made;
    },
  });
  const noteApproval = createApprovalNotices({
    isLookedAt: () => window.current()?.isFocused() ?? false,
    show: ({ agentId, tool, sessionId }) =>
      showNotice({
        title: words().asksTitle.replace('{agent}', agentId).replace('{tool}', tool),
        body: words().asksBody,
        onClick: () => window.openChat(sessionId),
      }),
  });
  const openLink = (argv: readonly string[]): void => {
    const page = argv.map(pageOfLink).find((found) => found !== null);
    if (page === undefined) window.bringForward();
    else window.openPage(page);
  };

  restartOnFault(host);
  lockNavigation(gatewayOrigin);
  stopBeforeQuit(host.stop);
  app.on('second-instance', (_event, argv) => openLink(argv));
  app.on('open-url', (_event, url) => openLink([url]));
  // The gateway starts while Electron does.
  void host.start(null);

  await app.whenReady();
  lockSession(session.defaultSession, gatewayOrigin);
  const startupFiles = createStartupFiles(join(builtFiles, 'renderer'));
  protocol.handle(startupScheme, ({ url }) => startupFiles(url));
  const moveBrake = (how: keyof Gateway['brake']) => () =>
    void runningGateway(host)
      .then((gateway) => gateway.brake[how]())
      .catch((error: unknown) => showError(words().brakeFailed, error));
  surroundings = createSurroundings({
    icons: join(icons, 'tray'),
    state: appState.state,
    window: window.current,
    keepsRunning: () => closeChoice() === 'hide',
    actions: {
      open: window.bringForward,
      openPage: window.openPage,
      pull: moveBrake('pull'),
      release: moveBrake('release'),
      keepRunning: (on) => void keepCloseChoice(on ? 'hide' : 'quit'),
      openApiDocs: () => {
        const state = host.state();
        if (state.phase === 'running') void openExternal(`${state.url}docs`);
      },
      about: () => {
        app.setAboutPanelOptions({
          applicationName: 'OpenClaw',
          applicationVersion: app.getVersion(),
          copyright: words().licence,
          iconPath: join(icons, '128x128.png'),
        });
        app.showAboutPanel();
      },
      quit: () => app.quit(),
    },
  });
  const renewGateway = (): void => {
    void host.renew();
    window.openPage('settings');
  };
  serveIpc(ipcTable({ host, tokens, setLanguage: surroundings.setLanguage, renewGateway }), gatewayOrigin);
  app.on('activate', window.bringForward);
  openLink(process.argv);
  surroundings.show();
  clock.after(startsQuicklyMs, window.showStarting);
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

const showError = (title: string, error: unknown): void => {
  const { message, hint } = AppError.from(error);
  dialog.showErrorBox(title, [message, hint].filter(Boolean).join('\n'));
};

const runningGateway = async (host: GatewayHost): Promise<Gateway> => {
  const state = host.state();
  if (state.phase !== 'running') throw new AppError('GATEWAY_STARTING');
  return state.gateway;
};

type IpcPorts = {
  readonly host: GatewayHost;
  readonly tokens: ConsoleTokens;
  readonly setLanguage: (language: string) => void;
  readonly renewGateway: () => void;
};

const ipcTable = ({ host, tokens, setLanguage, renewGateway }: IpcPorts): IpcTable => ({
  'console:token': { pages: ['console'], run: tokens.next },
  'shell:open-external': { pages: ['console', 'startup'], run: async ({ url }) => ({ opened: await openExternal(url) }) },
  'shell:restart-gateway': {
    pages: ['console'],
    run: async () => {
      // Answered before the page that asked is gone.
      setImmediate(renewGateway);
      return {};
    },
  },
  'shell:language': {
    pages: ['console'],
    run: async ({ language }) => {
      setLanguage(language);
      return {};
    },
  },
  'startup:problem': {
    pages: ['startup'],
    run: async () => {
      const state = host.state();
      return state.phase === 'failed' ? state.problem : null;
    },
  },
  'startup:retry': { pages: ['startup'], run: async ({ port }) => ({ started: await host.start(port) }) },
});
