import { readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';

/** What closing the window does: asks, hides it and goes on, or quits. */
export type CloseChoice = 'ask' | 'hide' | 'quit';

const fileSchema = z.object({ closeToTray: z.enum(['ask', 'hide', 'quit']) });

/** The user's choice, kept in `file`. */
export const keepCloseChoice = (file: string) =>
  ({
    read: (): CloseChoice => {
      try {
        return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).closeToTray;
      } catch {
        return 'ask';
      }
    },
    write: (closeToTray: CloseChoice): void => {
      try {
        writeFileSync(file, `${JSON.stringify({ closeToTray })}\n`, { mode: 0o600 });
      } catch {
        // It is asked again.
      }
    },
  }) as const;

type ClosePorts = {
  readonly choice: ReturnType<typeof keepCloseChoice>;
  readonly trayIsShown: () => Promise<boolean>;
  /** Asks the user; `stay`: they thought better of it. */
  readonly ask: () => Promise<{ readonly chosen: 'hide' | 'quit' | 'stay'; readonly remember: boolean }>;
};

/**
 * What a click on the window's close button comes to. A window never hides where no tray would bring it back: there it is
 * minimized for who wants the gateway to go on, and quits for who was never asked.
 */
export const decideClose = async ({ choice, trayIsShown, ask }: ClosePorts): Promise<'hide' | 'minimize' | 'quit' | 'stay'> => {
  const kept = choice.read();
  if (kept === 'quit') return 'quit';
  if (!(await trayIsShown())) return kept === 'hide' ? 'minimize' : 'quit';
  if (kept === 'hide') return 'hide';
  const { chosen, remember } = await ask();
  if (remember && chosen !== 'stay') choice.write(chosen);
  return chosen;
};
