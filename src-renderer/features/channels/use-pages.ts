import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError } from '../../api/api-error.ts';
import type { Page } from './channels-store.ts';

export type Pages<T> = {
  /** Null: nothing is known yet. */
  readonly items: readonly T[] | null;
  readonly hasMore: boolean;
  readonly error: ApiError | null;
  readonly reload: () => void;
  readonly more: () => void;
};

/** A list that comes in pages. With each `version`, as much of it as is shown is asked for anew. */
export const usePages = <T>(load: (cursor?: string) => Promise<Page<T>>, version: number): Pages<T> => {
  const [state, setState] = useState<{ items: readonly T[] | null; nextCursor: string | null; error: ApiError | null }>({
    items: null,
    nextCursor: null,
    error: null,
  });
  const pages = useRef(1);
  const latest = useRef(0);
  /** How many times it was asked for while an answer was under way, and once more where one is. */
  const wanted = useRef(0);
  const ask = useCallback(async (): Promise<void> => {
    latest.current += 1;
    const mine = latest.current;
    try {
      let page = await load();
      const items = [...page.items];
      for (let read = 1; read < pages.current && page.nextCursor !== null; read += 1) {
        page = await load(page.nextCursor);
        items.push(...page.items);
      }
      if (mine === latest.current) setState({ items, nextCursor: page.nextCursor, error: null });
    } catch (thrown) {
      if (mine === latest.current) setState((before) => ({ ...before, error: ApiError.from(thrown) }));
    }
  }, [load]);
  /** One after the other: changes that come faster than answers keep none of them from being shown. */
  const reload = useCallback(async (): Promise<void> => {
    wanted.current += 1;
    if (wanted.current > 1) return;
    for (let seen = 0; seen !== wanted.current; ) {
      seen = wanted.current;
      await ask();
    }
    wanted.current = 0;
  }, [ask]);
  useEffect(
    () => () => {
      latest.current += 1;
    },
    [],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: something may have changed
  useEffect(() => void reload(), [reload, version]);
  return {
    items: state.items,
    hasMore: state.nextCursor !== null,
    error: state.error,
    reload: () => void reload(),
    more: () => {
      pages.current += 1;
      void reload();
    },
  };
};
