import type { Page } from 'playwright-core';

type TraceEvent = {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of processor time. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
};

/**
 * Does something with a page, and says how long the longest task was that the page's own thread did meanwhile: what is
 * shorter than a frame or two nobody notices.
 * @returns milliseconds of processor time, so that other programs on a busy machine do not count
 */
export const longestTask = async (page: Page, act: () => Promise<unknown>): Promise<number> => {
  const browser = page.context().browser();
  if (!browser) throw new Error('Only a browser can be traced.');
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline'] });
  const { traceEvents } = await act().then(
    async () => JSON.parse((await browser.stopTracing()).toString()) as { readonly traceEvents: readonly TraceEvent[] },
    async (error: unknown) => {
      await browser.stopTracing();
      throw error;
    },
  );
  const thread = ({ pid, tid }: TraceEvent): string => `${pid}/${tid}`;
  const pages = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(thread));
  const tasks = traceEvents.filter((event) => event.name === 'RunTask' && event.ph === 'X' && pages.has(thread(event)));
  const times = tasks.flatMap(({ tdur }) => (tdur === undefined ? [] : [tdur]));
  if (times.length === 0) throw new Error('The trace has no tasks of a page.');
  return Math.round(times.reduce((most, time) => Math.max(most, time), 0) / 1_000);
};
