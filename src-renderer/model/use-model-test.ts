import { useRef, useState } from 'react';
import type { ModelConfig } from '../../src-shared/contract/config.ts';
import { ApiError } from '../api/api-error.ts';
import { useConsole } from '../console-context.ts';
import type { ModelTest } from '../features/settings/settings-store.ts';

export type RunningTest = {
  readonly busy: boolean;
  /** What the model said, or why it did not. */
  readonly result: ModelTest | null;
  /** Why the gateway could not even try. */
  readonly error: ApiError | null;
  readonly run: (model: ModelConfig, key: string | null) => Promise<void>;
  readonly forget: () => void;
};

/** A real call to a model, and how it went. The last one that was begun counts. */
export const useModelTest = (): RunningTest => {
  const { settings } = useConsole();
  const latest = useRef(0);
  const [state, setState] = useState<Pick<RunningTest, 'busy' | 'result' | 'error'>>({ busy: false, result: null, error: null });
  const begin = (busy: boolean): ((end: Partial<typeof state>) => void) => {
    latest.current += 1;
    const mine = latest.current;
    setState({ busy, result: null, error: null });
    return (end) => mine === latest.current && setState({ busy: false, result: null, error: null, ...end });
  };
  return {
    ...state,
    run: async (model, key) => {
      const end = begin(true);
      await settings.test(model, key).then(
        (result) => end({ result }),
        (thrown: unknown) => end({ error: ApiError.from(thrown) }),
      );
    },
    forget: () => void begin(false),
  };
};
