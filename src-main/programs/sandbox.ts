/** What a program may touch. All paths absolute, links resolved. */
export type Confinement = {
  /** Writable. */
  readonly workspace: string;
  /** The user's home folder: hidden, but for what is on PATH. */
  readonly home: string;
  /** Folders that are hidden whatever else is shown: the gateway's own home. */
  readonly hidden: readonly string[];
  /** Readable although it stands in what is hidden: the folders of skills. */
  readonly shown: readonly string[];
  /** Folders of PATH. */
  readonly path: readonly string[];
};

/** Wraps a command so that the operating system holds it in. */
export type Sandbox = {
  /** As an approval names it. */
  readonly name: 'bubblewrap' | 'sandbox-exec' | 'none';
  readonly wrap: (argv: readonly [string, ...string[]], cwd: string, confinement: Confinement) => readonly [string, ...string[]];
};

/** Where there is nothing that holds a program in; an approval says so. */
export const noSandbox: Sandbox = { name: 'none', wrap: (argv) => argv };
