import { app, type Session, shell, type WebContents } from 'electron';
import { isExternalLink, isOwnRequest, pageOf } from './navigation-rules.ts';

type GatewayOrigin = () => string | null;

/** Nothing is granted to any page but putting text on the clipboard, which the console's copy buttons do. */
export const lockSession = (session: Session, gatewayOrigin: GatewayOrigin): void => {
  const granted = (permission: string, url: string): boolean =>
    permission === 'clipboard-sanitized-write' && pageOf(url, gatewayOrigin()) === 'console';
  session.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl }) => answer(granted(permission, requestingUrl)));
  session.setPermissionCheckHandler((_contents, permission, origin) => granted(permission, origin));
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !isOwnRequest(url, gatewayOrigin()) }));
  // All the window talks to is on this machine.
  void session.setProxy({ mode: 'direct' });
  // Chromium would fetch its dictionaries from the net.
  session.setSpellCheckerEnabled(false);
};

/** Every page there will ever be in this app stays on its own address; links of the web go to the system's browser. */
export const lockNavigation = (gatewayOrigin: GatewayOrigin): void => {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(({ url }) => {
      void openExternal(url);
      return { action: 'deny' };
    });
    contents.on('will-frame-navigate', (details) => {
      if (details.isMainFrame && pageOf(details.url, gatewayOrigin()) !== null) return;
      details.preventDefault();
      if (details.isMainFrame) void openExternal(details.url);
    });
    contents.on('will-redirect', (details) => {
      if (!details.isMainFrame || pageOf(details.url, gatewayOrigin()) === null) details.preventDefault();
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
    // A page must not be able to keep the app from ending.
    contents.on('will-prevent-unload', (event) => event.preventDefault());
    reloadAfterCrash(contents);
  });
};

/** Resolves to whether the link was handed to the system's browser. */
export const openExternal = async (url: string): Promise<boolean> => {
  if (!isExternalLink(url)) return false;
  try {
    await shell.openExternal(url);
    return true;
  } catch {
    return false;
  }
};

/** Reloads a page whose process has gone, but not one that dies of being loaded. */
const reloadAfterCrash = (contents: WebContents): void => {
  let reloadedAt = Number.NEGATIVE_INFINITY;
  contents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || performance.now() - reloadedAt < 10_000) return;
    reloadedAt = performance.now();
    contents.reload();
  });
};
