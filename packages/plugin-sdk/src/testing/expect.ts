/** Thrown by a check, in words for the channel's author. */
export function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

/** @returns what it rejected with */
export const rejection = async (promise: Promise<unknown> | undefined, otherwise: string): Promise<unknown> => {
  let error: unknown;
  const resolved = await Promise.resolve(promise).then(
    () => true,
    (thrown: unknown) => {
      error = thrown;
      return false;
    },
  );
  expect(!resolved, otherwise);
  return error;
};

/** @param what it waited for, in the error */
export const within = async <Value>(ms: number, what: string, promise: Promise<Value>): Promise<Value> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms / 1000} s.`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};

export const show = (value: unknown): string => JSON.stringify(value)?.slice(0, 300) ?? String(value);
