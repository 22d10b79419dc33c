import * as fs from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { type SearchQuery, searchFiles } from './search-files.ts';

/** One search, in a thread that can be ended whatever it is at. */
const answer = (): unknown => {
  try {
    return { result: searchFiles(workerData as SearchQuery, fs) };
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
};

parentPort?.postMessage(answer());
