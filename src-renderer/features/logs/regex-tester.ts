import type { RegexQuestion } from './regex-worker.ts';

/** Begins a thread that says `ready`, then answers each question; `failed` where its code cannot be had. */
export type OpenRegexWorker = (hear: (data: unknown) => void, failed: () => void) => Pick<Worker, 'postMessage' | 'terminate'>;

/** The pattern did not come to an end in its time. */
export class SlowPatternError extends Error {}

/** Asks which of the texts match. @throws SlowPatternError */
export type RegexTester = (question: RegexQuestion) => Promise<readonly boolean[]>;

type Running = { readonly ask: (question: RegexQuestion) => Promise<readonly boolean[]>; readonly end: () => void };

/**
 * No pattern can be told from one that runs for years by looking at it, and one that runs cannot be interrupted: hence a
 * worker, ended when its time is up and begun anew for the next pattern.
 */
export const createRegexTester = (openWorker: OpenRegexWorker, longestMs = 1_500): RegexTester => {
  let running: Promise<Running> | null = null;
  let last: Promise<unknown> = Promise.resolve();

  const ask = async (question: RegexQuestion): Promise<readonly boolean[]> => {
    running ??= start(openWorker);
    // Its time runs from when it can begin, not from when its code is fetched.
    const worker = await running;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new SlowPatternError()), longestMs);
    });
    try {
      return await Promise.race([worker.ask(question), tooLong]);
    } catch (error) {
      worker.end();
      running = null;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };

  return (question) => {
    const answer = last.then(() => ask(question));
    last = answer.catch(() => undefined);
    return answer;
  };
};

const start = (openWorker: OpenRegexWorker): Promise<Running> =>
  new Promise((resolve, reject) => {
    let answered: (data: readonly boolean[]) => void = () => undefined;
    const worker = openWorker(
      (data) => {
        if (data !== 'ready') return answered(data as readonly boolean[]);
        resolve({
          ask: (question) =>
            new Promise((answer) => {
              answered = answer;
              worker.postMessage(question);
            }),
          end: () => worker.terminate(),
        });
      },
      () => reject(new Error('the search could not be started')),
    );
  });

/** What is wrong with a pattern, in the browser's words; null for a good one. */
export const patternProblem = (pattern: string): string | null => {
  try {
    new RegExp(pattern, 'i');
    return null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message.replace(/^Invalid regular expression: /, '') : String(thrown);
  }
};
