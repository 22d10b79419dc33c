import { useState } from 'react';
import type { PluginReview } from '../../../src-shared/contract/rest.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';

type Review = {
  /** The name of the file that is looked at right now. */
  readonly checking: string | null;
  readonly error: ApiError | null;
  readonly check: (file: File) => void;
};

/** Sends an archive, one at a time. */
export const useReview = (onReview: (review: PluginReview) => void): Review => {
  const { channels } = useConsole();
  const [checking, setChecking] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const check = async (file: File): Promise<void> => {
    if (checking !== null) return;
    setChecking(file.name);
    setError(null);
    try {
      onReview(await channels.review(new Blob([file])));
    } catch (thrown) {
      setError(ApiError.from(thrown));
    }
    setChecking(null);
  };
  return { checking, error, check: (file) => void check(file) };
};
