import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { AppError } from '../../src-shared/app-error.ts';
import type { CliPorts } from './run-cli.ts';

/** Asks for secrets: on a terminal without echo, else line by line from stdin. */
export type SecretPrompt = {
  readonly isTerminal: boolean;
  /** @throws AppError BAD_REQUEST where nothing comes */
  readonly ask: (prompt: string) => Promise<string>;
  /** Lets go of stdin, so that the process can end. */
  readonly close: () => void;
};

export const openSecretPrompt = ({ stdin, stderr }: Pick<CliPorts, 'stdin' | 'stderr'>): SecretPrompt => {
  const isTerminal = 'isTTY' in stdin && stdin.isTTY === true;
  // What readline would echo goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: isTerminal, historySize: 0 });
  lines.once('SIGINT', () => lines.close());
  const next = lines[Symbol.asyncIterator]();
  return {
    isTerminal,
    ask: async (prompt) => {
      if (isTerminal) stderr.write(prompt);
      const line = await next.next();
      if (isTerminal) stderr.write('\n');
      if (line.done) throw new AppError('BAD_REQUEST', { message: `Nothing came for "${prompt.trim()}".` });
      return line.value;
    },
    close: () => lines.close(),
  };
};
