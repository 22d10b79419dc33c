import { createInterface } from 'node:readline/promises';
import { AppError } from '../../src-shared/app-error.ts';
import type { CliPorts } from './run-cli.ts';

export const hasTerminal = ({ stdin }: Pick<CliPorts, 'stdin'>): boolean => 'isTTY' in stdin && stdin.isTTY === true;

/** @throws AppError BAD_REQUEST where there is nobody to ask */
export const saysYes = async ({ stdin, stderr }: Pick<CliPorts, 'stdin' | 'stderr'>): Promise<boolean> => {
  if (!hasTerminal({ stdin }))
    throw new AppError('BAD_REQUEST', { message: 'There is no terminal to ask at; nothing was installed.', hint: 'Say yes with --yes.' });
  const terminal = createInterface({ input: stdin, output: stderr });
  try {
    const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
    return /^\s*y(es)?\s*$/i.test(await Promise.race([terminal.question('Install it? [y/N] '), closed]));
  } finally {
    terminal.close();
  }
};
