import type { AdminClient } from '../admin-client.ts';
import type { CliPorts } from '../run-cli.ts';
import type { Ask } from './ask.ts';

/** What each step of the wizard has at hand. */
export type Wizard = Pick<CliPorts, 'stdout' | 'stderr'> & {
  readonly admin: AdminClient;
  readonly ask: Ask;
  readonly say: Readonly<Record<'info' | 'success' | 'error', (words: string) => void>>;
  /** Something that turns while one waits. Returns what ends it, with words. */
  readonly busy: (what: string) => (done: string) => void;
  /** The gateway's, as a browser here reaches it. */
  readonly baseUrl: string;
};

/** It can be left out, and a failure of it does not keep the next from coming. @throws Left, AppError */
export type Step = (wizard: Wizard) => Promise<void>;
