import { _electron, type Browser, chromium, type ElectronApplication, type Page } from 'playwright-core';
import { root } from './child.ts';
import type { Home } from './home.ts';

/** Switches of a test machine: root has no sandbox, a virtual display no graphics card. */
const SWITCHES = ['--no-sandbox', '--disable-gpu'];

/**
 * The real desktop app, built, in a real Electron (the one `with-desktop.sh` names).
 * @param args of the app itself, such as `--port`
 */
export const launchDesktop = async (
  home: Home,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly app: ElectronApplication; readonly window: Page }> => {
  const app = await _electron.launch({ args: [...SWITCHES, root, ...args], env: definedOnly(home.env(env)), cwd: root, timeout: 30_000 });
  return { app, window: await app.firstWindow() };
};

/** The same, out of a package: the program itself, with the inspector allowed. */
export const launchPackaged = async (
  program: string,
  home: Home,
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly app: ElectronApplication; readonly window: Page }> => {
  const app = await _electron.launch({ executablePath: program, args: SWITCHES, env: definedOnly(home.env(env)), timeout: 30_000 });
  return { app, window: await app.firstWindow() };
};

/** Debian's Chromium, for the console in a browser. */
export const launchBrowser = (): Promise<Browser> => chromium.launch({ executablePath: '/usr/bin/chromium', args: SWITCHES });

const definedOnly = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
