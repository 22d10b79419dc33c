import type { OpenRegexWorker } from './regex-tester.ts';

export const openRegexWorker: OpenRegexWorker = (hear, failed) => {
  const worker = new Worker(new URL('./regex-worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }) => hear(data);
  worker.onerror = failed;
  return worker;
};
