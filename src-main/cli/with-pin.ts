import { AppError } from '../../src-shared/app-error.ts';
import { openSecretPrompt } from './ask-secret.ts';
import type { CliPorts } from './run-cli.ts';

/** Does it; where that needs the PIN, asks for it and does it again. `pinStdin`: it is a line on stdin, not at the terminal. */
export const withPin = async <T>(
  options: { readonly pinStdin?: boolean },
  ports: CliPorts,
  attempt: (pin: string | null) => Promise<T>,
): Promise<T> => {
  try {
    return await attempt(null);
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'PIN_REQUIRED') throw thrown;
    const prompt = openSecretPrompt(ports);
    try {
      // Never from a pipe unasked: it may be the command's own input.
      if (!prompt.isTerminal && !options.pinStdin)
        throw new AppError('PIN_REQUIRED', { message: thrown.message, hint: 'Give it as a line on stdin, with --pin-stdin.' });
      return await attempt(await prompt.ask('PIN: '));
    } finally {
      prompt.close();
    }
  }
};
