/** Marks a `switch` as complete: a new member of the union becomes a compile error here. */
export const assertNever = (value: never): never => {
  throw new TypeError(`unhandled case: ${JSON.stringify(value)}`);
};
