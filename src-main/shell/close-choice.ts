import type { Config } from '../../src-shared/contract/config.ts';

/** What closing the window does: asks, hides it and goes on, or quits. */
export type CloseChoice = Config['ui']['closeToTray'];

type ClosePorts = {
  /** Null while no gateway runs: there is nothing to go on then. */
  readonly choice: () => CloseChoice | null;
  readonly remember: (choice: CloseChoice) => Promise<void>;
  readonly trayIsShown: () => Promise<boolean>;
  /** Asks the user; `stay`: they thought better of it. */
  readonly ask: () => Promise<{ readonly chosen: 'hide' | 'quit' | 'stay'; readonly remember: boolean }>;
};

/**
 * What a click on the window's close button comes to. A window never hides where no tray would bring it back: there it is
 * minimized for who wants the gateway to go on, and quits for who was never asked.
 */
export const decideClose = async ({ choice, remember, trayIsShown, ask }: ClosePorts): Promise<'hide' | 'minimize' | 'quit' | 'stay'> => {
  const kept = choice();
  if (kept === null || kept === 'quit') return 'quit';
  if (!(await trayIsShown())) return kept === 'hide' ? 'minimize' : 'quit';
  if (kept === 'hide') return 'hide';
  const answer = await ask();
  if (answer.remember && answer.chosen !== 'stay') await remember(answer.chosen);
  return answer.chosen;
};
