/** Loaded with the first toast: most sessions have none. */
const load = async (): Promise<typeof import('sonner').toast> => (await import('sonner')).toast;

export const showProblem = (text: string): void => {
  void load().then((toast) => toast.error(text));
};

type Offer = {
  /** Names the toast, to take it away when its offer was taken elsewhere. */
  readonly id: string;
  readonly label: string;
  readonly act: () => void;
  /** For how long it can be taken; the toast goes with it. */
  readonly forMs: number;
};

/** What was done, with a button that undoes it. */
export const showDone = (text: string, offer?: Offer): void => {
  void load().then((toast) =>
    toast(text, offer && { id: offer.id, duration: offer.forMs, action: { label: offer.label, onClick: offer.act } }),
  );
};

export const dismissToast = (id: string): void => {
  void load().then((toast) => toast.dismiss(id));
};
