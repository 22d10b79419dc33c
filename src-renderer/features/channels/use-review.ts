import { useRef, useState } from 'react';
import type { PluginReview } from '../../../src-shared/contract/rest.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';

export type Checking = {
  readonly file: string;
  /** How much of it is sent, 0 to 1; then it is tried out. */
  readonly sent: number;
  readonly cancel: () => void;
};

type Review = {
  /** What is looked at right now. */
  readonly checking: Checking | null;
  readonly error: ApiError | null;
  readonly check: (file: File) => void;
};

/** Sends an archive, one at a time. */
export const useReview = (onReview: (review: PluginReview) => void): Review => {
  const { channels } = useConsole();
  const [checking, setChecking] = useState<Checking | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const isBusy = useRef(false);
  const check = async (file: File): Promise<void> => {
    if (isBusy.current) return;
    isBusy.current = true;
    const controller = new AbortController();
    const show = (sent: number): void => setChecking({ file: file.name, sent, cancel: () => controller.abort() });
    show(0);
    setError(null);
    try {
      onReview(await channels.review(new Blob([file]), { signal: controller.signal, onProgress: show }));
    } catch (thrown) {
      if (!controller.signal.aborted) setError(ApiError.from(thrown));
    }
    isBusy.current = false;
    setChecking(null);
  };
  return { checking, error, check: (file) => void check(file) };
};
