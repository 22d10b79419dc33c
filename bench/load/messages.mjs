/**
 * Messages as people and models write them, as far as a search can tell: English, Chinese and both in one, words from
 * a vocabulary in which a few are in every tenth message and most in one of ten thousand. A third has the word
 * `sunday`, another third `monday`, none has both. The same ones each time.
 */
export const createMessages = () => {
  const random = lcg(7);
  /** Rank r comes up about 1/r as often as the first. @param {number} n */
  const zipf = (n) => Math.max(0, Math.min(n - 1, Math.floor(n ** (random(1e6) / 1e6)) - 1));
  const english = vocabulary(['gateway', 'message', 'server', 'error', 'channel', 'token', 'please', 'check'], 20_000, () =>
    Array.from({ length: 2 + random(3) }, () => syllables[random(syllables.length)]).join(''),
  );
  const chinese = vocabulary(['数据库', '网关', '消息', '服务器', '错误', '渠道', '请', '检查'], 8_000, () =>
    Array.from({ length: 1 + random(3) }, () => String.fromCodePoint(0x4e00 + zipf(6_000))).join(''),
  );

  const some = (/** @type {readonly string[]} */ words, /** @type {number} */ count, /** @type {string} */ between) =>
    Array.from({ length: count }, () => words[zipf(words.length)]).join(between);

  const body = () => {
    const length = 4 + Math.floor((random(1000) * random(1000)) / 30_000);
    const kind = random(10);
    if (kind === 0) return `${some(english, length >> 1, ' ')} ${some(chinese, length >> 1, '')}`;
    return kind < 5 ? some(english, length, ' ') : `${some(chinese, length, '')}。`;
  };
  let made = 0;
  return {
    english,
    chinese,
    next: () => {
      made += 1;
      return `${body()}${['', ' sunday', ' monday'][made % 3]}`;
    },
  };
};

const syllables = 'ba be bi bo bu da de di do du ka ke ki ko ku la le li lo lu ma me mi mo mu na ne ni no nu ra re ri ro ru'.split(' ');

/** @param {string[]} first the commonest @param {number} size @param {() => string} make */
const vocabulary = (first, size, make) => {
  const words = [...first];
  while (words.length < size) words.push(make());
  return words;
};

/** Repeatable random numbers below `n`. @param {number} seed */
const lcg = (seed) => {
  let state = seed;
  return (/** @type {number} */ n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
};
