import { useEffect, useState } from 'react';
import { useConsole } from '../../console-context.ts';
import type { TextProblem } from './settings-store.ts';

const pauseMs = 250;

/** What is wrong with a text as config.json, a moment after the last key. */
export const useTextProblems = (text: string): readonly TextProblem[] => {
  const { settings } = useConsole();
  const [problems, setProblems] = useState<readonly TextProblem[]>([]);
  useEffect(() => {
    const over = new AbortController();
    const timer = setTimeout(() => {
      settings.check(text, over.signal).then(
        (found) => over.signal.aborted || setProblems(found),
        // Saving tells what is wrong, too.
        () => undefined,
      );
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      over.abort();
    };
  }, [text, settings]);
  return problems;
};
