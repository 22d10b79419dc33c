/** What a tool says, as much of it as a model should read: the beginning, the end, and how much is between. */
export type CappedOutput = {
  readonly push: (text: string) => void;
  /** UTF-16 units so far. */
  readonly length: () => number;
  readonly text: () => string;
};

/** @param most UTF-16 units kept, half of them from the end */
export const createCappedOutput = (most: number): CappedOutput => {
  const half = Math.floor(most / 2);
  let head = '';
  let tail = '';
  let length = 0;
  return {
    push: (text) => {
      length += text.length;
      const room = half - head.length;
      if (room > 0) head += text.slice(0, room);
      tail += text.slice(Math.max(0, room));
      // Cut now and then, not for every piece.
      if (tail.length > 2 * half) tail = tail.slice(-half);
    },
    length: () => length,
    text: () => {
      const end = tail.slice(-half);
      const left = length - head.length - end.length;
      return left > 0 ? `${head}\n[… ${left} characters left out …]\n${end}` : head + end;
    },
  };
};
