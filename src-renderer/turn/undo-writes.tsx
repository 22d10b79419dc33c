import { Undo2 } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '../api/api-error.ts';
import { useConsole } from '../console-context.ts';
import { Button } from '../ui/button.tsx';
import { ErrorCard } from '../ui/error-card.tsx';

/** The button that takes back all that the tools of a message wrote to files. */
export const UndoWrites = ({ messageId }: { readonly messageId: string }): ReactElement => {
  const { t } = useTranslation();
  const { undoMessageWrites } = useConsole();
  const [state, setState] = useState<'ready' | 'busy' | 'done'>('ready');
  const [problem, setProblem] = useState<ApiError | null>(null);
  const undo = async (): Promise<void> => {
    setState('busy');
    setProblem(null);
    const failed = await undoMessageWrites(messageId);
    setProblem(failed);
    setState(failed ? 'ready' : 'done');
  };
  return (
    <div className="space-y-2">
      <Button disabled={state !== 'ready'} onClick={() => void undo()}>
        <Undo2 size={14} aria-hidden />
        {t(state === 'done' ? 'tool.undone' : 'tool.undoWrites')}
      </Button>
      <div role="alert" className="empty:hidden">
        {problem ? <ErrorCard error={problem} /> : null}
      </div>
    </div>
  );
};
