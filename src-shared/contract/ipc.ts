import * as z from 'zod';

/**
 * The one table of what the console may ask of the desktop shell: channel → argument and answer. Everything
 * else goes through the gateway's public contract, so that the console is the same in a browser.
 */
export const ipcChannels = {
  /** A console token for this window; the shell makes a new one when the old one nears its end. */
  'console:token': { request: z.undefined(), answer: z.object({ token: z.string(), expiresAt: z.number() }) },
  /** Opens an http(s) link in the system's browser. */
  'shell:open-external': { request: z.object({ url: z.url({ protocol: /^https?$/ }) }), answer: z.object({ opened: z.boolean() }) },
  /** Ends the gateway and starts it again, for what waits for that; the window then loads it anew, at the settings. */
  'shell:restart-gateway': { request: z.undefined(), answer: z.object({}) },
  /** The language the console speaks now, for menus, tray and dialogs to speak it too. */
  'shell:language': { request: z.object({ language: z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/) }), answer: z.object({}) },
  /** Only for the page that shows when there is no gateway: what went wrong and what can be done. */
  'startup:problem': {
    request: z.undefined(),
    answer: z.object({ code: z.string(), message: z.string(), hint: z.string(), freePort: z.int().nullable() }).nullable(),
  },
  /** Starts again, on another port where one is given. */
  'startup:retry': { request: z.object({ port: z.int().min(1).max(65_535).nullable() }), answer: z.object({ started: z.boolean() }) },
} as const satisfies Record<string, { request: z.ZodType; answer: z.ZodType }>;

export type IpcChannel = keyof typeof ipcChannels;
export type IpcRequest<C extends IpcChannel> = z.input<(typeof ipcChannels)[C]['request']>;
export type IpcAnswer<C extends IpcChannel> = z.output<(typeof ipcChannels)[C]['answer']>;

/** What the preload script puts on `window.openclawDesktop`; absent in a browser. */
export type DesktopBridge = {
  readonly platform: string;
  readonly call: <C extends IpcChannel>(channel: C, request: IpcRequest<C>) => Promise<IpcAnswer<C>>;
};
