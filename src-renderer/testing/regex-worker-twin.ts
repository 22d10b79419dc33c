import type { OpenRegexWorker } from '../features/logs/regex-tester.ts';
import type { RegexQuestion } from '../features/logs/regex-worker.ts';

/** The pattern of which it never comes back. */
export const endlessPattern = '(a+)+$';

/** The worker on this very thread. */
export const regexWorkerTwin: OpenRegexWorker = (hear) => {
  setImmediate(() => hear('ready'));
  let ended = false;
  return {
    postMessage: ({ pattern, texts }: RegexQuestion) => {
      if (pattern === endlessPattern) return;
      const matches = texts.map((text) => new RegExp(pattern, 'i').test(text));
      setImmediate(() => ended || hear(matches));
    },
    terminate: () => {
      ended = true;
    },
  };
};
