/** As much of it as the tests touch. */
declare module 'hoodiecrow-imap' {
  export type StoredMail = { readonly uid: number; readonly raw: string; flags: string[] };
  type Connection = { readonly socket: import('node:net').Socket | null };
  export type Mailbox = { readonly messages: StoredMail[]; uidvalidity: number };
  export type ImapServer = {
    readonly server: import('node:net').Server;
    readonly users: Record<string, { password: string }>;
    readonly outputHandlers: ((connection: Connection, response: unknown, description?: string) => void)[];
    readonly connectionHandlers: ((connection: Connection) => void)[];
    readonly listen: (port: number, host: string, done: () => void) => void;
    readonly close: (done: () => void) => void;
    readonly getMailbox: (path: string) => Mailbox;
    readonly appendMessage: (path: string, flags: readonly string[], date: string | Date, raw: string) => { message: StoredMail };
  };
  const create: (options: {
    readonly plugins: readonly string[];
    readonly users: ImapServer['users'];
    readonly storage?: object;
  }) => ImapServer;
  // biome-ignore lint/style/noDefaultExport: that is how the library exports it.
  export default create;
}
