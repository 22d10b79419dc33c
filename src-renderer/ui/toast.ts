/** Loaded with the first toast: most sessions have none. */
export const showProblem = (text: string): void => {
  void import('sonner').then(({ toast }) => toast.error(text));
};
