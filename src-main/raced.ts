/** A task, or its signal's reason where that comes first: what does not listen to its signal is not waited for. */
export const raced = async <T>(task: Promise<T>, signal: AbortSignal): Promise<T> => {
  task.catch(() => undefined);
  if (signal.aborted) throw signal.reason;
  let undo = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    const end = (): void => reject(signal.reason);
    signal.addEventListener('abort', end, { once: true });
    undo = () => signal.removeEventListener('abort', end);
  });
  try {
    return await Promise.race([task, aborted]);
  } finally {
    undo();
  }
};
