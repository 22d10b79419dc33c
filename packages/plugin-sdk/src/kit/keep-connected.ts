const firstMs = 1_000;
const mostMs = 60_000;

export type KeepConnected = {
  /** Ends it all. */
  readonly signal: AbortSignal;
  /**
   * Connects and stays until the connection is lost: then it resolves or rejects.
   * @param well to be called when the platform has answered, so that the next pause is a short one
   */
  readonly connect: (well: () => void) => Promise<void>;
  /** Told of what ended a connection, before the pause. @returns `stop` where trying again is of no use */
  readonly lost: (error: unknown) => 'stop' | undefined;
  /** 0 to 1, so that many do not come back at once. */
  readonly random?: () => number;
};

/** Connects again and again, after pauses from one second to a minute. Resolves when it is over; never rejects. */
export const keepConnected = async ({ signal, connect, lost, random = Math.random }: KeepConnected): Promise<void> => {
  let tries = 0;
  while (!signal.aborted) {
    const error = await connect(() => {
      tries = 0;
    }).catch((thrown: unknown) => thrown);
    if (signal.aborted || lost(error) === 'stop') return;
    await pause(Math.min(mostMs, firstMs * 2 ** tries) * (0.5 + random() / 2), signal);
    tries += 1;
  }
};

/** Resolves after a while, or when `signal` is aborted. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
