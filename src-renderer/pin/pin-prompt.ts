import { createStore, type StoreApi } from 'zustand/vanilla';
import { ApiError } from '../api/api-error.ts';

/** The PIN that somebody is asked for right now. */
export type PinQuestion = {
  /** Why the last one was not taken; null at the first try. */
  readonly problem: ApiError | null;
  readonly checking: boolean;
  readonly answer: (pin: string) => void;
  readonly cancel: () => void;
};

/** Asks for the PIN where the gateway wants it, and never keeps it. */
export type PinPrompt = StoreApi<{ readonly question: PinQuestion | null }> & {
  /**
   * Makes the call without a PIN, and again with what the user types for as long as it is the wrong one.
   * @returns what the call gave, or null where the user did not want to. @throws what the call throws for other reasons
   */
  readonly withPin: <T>(call: (pin?: string) => Promise<T>) => Promise<T | null>;
};

export const createPinPrompt = (): PinPrompt => {
  const store = createStore<{ readonly question: PinQuestion | null }>(() => ({ question: null }));

  const ask = (problem: ApiError | null): Promise<string | null> =>
    new Promise((resolve) => {
      store.setState({
        question: {
          problem,
          checking: false,
          answer: (pin) => {
            store.setState(({ question }) => ({ question: question && { ...question, checking: true } }));
            resolve(pin);
          },
          cancel: () => resolve(null),
        },
      });
    });

  const withPin = async <T>(call: (pin?: string) => Promise<T>): Promise<T | null> => {
    let pin: string | undefined;
    try {
      for (;;) {
        try {
          return await call(...(pin === undefined ? [] : [pin]));
        } catch (thrown) {
          const error = ApiError.from(thrown);
          if (!wantsPin(error)) throw error;
          pin = (await ask(error.code === 'PIN_REQUIRED' ? null : error)) ?? undefined;
          if (pin === undefined) return null;
        }
      }
    } finally {
      store.setState({ question: null });
    }
  };

  return Object.assign(store, { withPin });
};

const wantsPin = ({ code }: ApiError): boolean => code === 'PIN_REQUIRED' || code === 'PIN_WRONG' || code === 'PIN_LOCKED';
