import { useMemo } from 'react';
import { useStore } from 'zustand';
import { grants, type Scope, scopeSchema } from '../../../src-shared/models/scope.ts';
import { useConsole } from '../../console-context.ts';

/** What the console's own token may hand on; where that is not known, the gateway is to say. */
export const useHeldScopes = (): ReadonlySet<Scope> => {
  const { tokens } = useConsole();
  const own = useStore(tokens, (state) => state.tokens.find(({ id }) => id === state.ownId));
  return useMemo(() => {
    const held = new Set(own?.scopes);
    return new Set(scopeSchema.options.filter((scope) => own === undefined || grants(held, scope)));
  }, [own]);
};
