type Observable<State> = { readonly getState: () => State; readonly subscribe: (listener: (state: State) => void) => () => void };

/** Resolves once the store's state passes; no polling. */
export const until = <State>(store: Observable<State>, passes: (state: State) => boolean): Promise<void> =>
  new Promise((resolve) => {
    if (passes(store.getState())) return resolve();
    const undo = store.subscribe((state) => {
      if (!passes(state)) return;
      undo();
      resolve();
    });
  });
