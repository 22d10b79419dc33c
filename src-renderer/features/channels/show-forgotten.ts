import type { TFunction } from 'i18next';
import { ApiError } from '../../api/api-error.ts';
import { showDone, showProblem } from '../../ui/toast.ts';

const undoMs = 10_000;

/** Says what is forgotten, and offers it back. @param id of what is forgotten */
export const showForgotten = (t: TFunction, id: string, text: string, restore: () => Promise<void>): void =>
  showDone(text, {
    ...{ id: `forgotten-${id}`, label: t('channels.undo'), forMs: undoMs },
    act: () => void restore().catch((thrown: unknown) => showProblem(t(`error.${ApiError.from(thrown).code}`))),
  });
