import axe from 'axe-core';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { fetch as nodeFetch } from 'undici';
import { WebSocket } from 'ws';
import type { SendFile } from '../api/send-file.ts';
import { App } from '../app.tsx';
import { type Console, createConsole } from '../console.ts';
import { createI18n } from '../i18n/create-i18n.ts';
import type { FakeGateway } from './fake-gateway.ts';
import { memoryStorage } from './memory-storage.ts';
import { regexWorkerTwin } from './regex-worker-twin.ts';

export type Rendered = {
  readonly console: Console;
  readonly page: HTMLElement;
  /** Runs something that changes what is shown, and waits until it is. */
  readonly change: (what: () => unknown) => Promise<void>;
  /** Waits until the page has come to pass the check; throws what the check last threw. */
  readonly shown: (check: () => void) => Promise<void>;
  /** What axe has against the page; colours are for a real browser. */
  readonly violations: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
};

const shownWithinMs = 10_000;

type RenderOptions = { readonly language?: 'en' | 'zh-CN'; readonly signedIn?: boolean; readonly sendFile?: SendFile };

/** The whole of it at once. */
const byFetch: SendFile = async (url, { onProgress, ...request }) => {
  onProgress?.(1);
  return (await nodeFetch(url, { ...request, body: new Uint8Array(await request.body.arrayBuffer()) } as never)) as unknown as Response;
};

/** The whole console over a gateway of the test's, in happy-dom. */
export const renderConsole = async (
  gateway: FakeGateway,
  { language = 'en', signedIn = true, sendFile = byFetch }: RenderOptions = {},
): Promise<Rendered> => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  const storage = memoryStorage();
  if (signedIn) storage.setItem('openclaw.token', 'token');
  let ids = 0;
  const console = createConsole({
    baseUrl: gateway.url,
    bridge: undefined,
    storage,
    preferredLanguages: [language],
    fetch: nodeFetch as unknown as typeof fetch,
    sendFile,
    openSocket: (url) => new WebSocket(url) as never,
    openRegexWorker: regexWorkerTwin,
    openExternal: () => undefined,
    now: () => 1_000_000,
    random: () => 0,
    newId: () => `id${++ids}`,
    schedule: (work) => work(),
  });
  const page = document.createElement('div');
  document.documentElement.lang = language;
  document.title = 'OpenClaw';
  document.body.replaceChildren(page);
  const root = createRoot(page);
  await act(async () => root.render(<App console={console} i18n={createI18n(language)} />));
  await act(async () => console.signIn.begin(null));
  return {
    console,
    page,
    change: (what) => act(async () => void (await what())),
    shown: async (check) => {
      for (const giveUpAt = Date.now() + shownWithinMs; ; ) {
        // Inside `act` nothing is painted, so each look comes between two of them.
        await act(() => new Promise<void>((resolve) => setImmediate(resolve)));
        try {
          return check();
        } catch (thrown) {
          if (Date.now() > giveUpAt) throw thrown;
        }
      }
    },
    violations: async () => {
      const { violations } = await axe.run(document, { rules: { 'color-contrast': { enabled: false } } });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    },
    close: async () => {
      // A toast that fades out sets its state when it is gone, also where nothing is there any more, not even a window.
      const isFading = (): boolean => document.querySelector('[data-sonner-toast][data-removed=true]') !== null;
      for (const giveUpAt = Date.now() + shownWithinMs; isFading() && Date.now() < giveUpAt; )
        await act(() => new Promise<void>((resolve) => setImmediate(resolve)));
      await act(async () => root.unmount());
    },
  };
};
