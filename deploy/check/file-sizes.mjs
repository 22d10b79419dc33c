import { isTest } from './architecture-rules.mjs';

/**
 * The ten longest source files, with the median and the 95th percentile. To look at, never to fail on:
 * a file past 300 lines has probably found a second idea.
 * @param {readonly import('./read-modules.mjs').Module[]} modules
 * @returns {string[]} lines to print
 */
export const fileSizes = (modules) => {
  const sources = modules.filter((module) => !isTest(module.file)).sort((a, b) => b.lines - a.lines);
  const at = (/** @type {number} */ share) => sources[Math.floor((1 - share) * (sources.length - 1))]?.lines ?? 0;
  return [
    `${sources.length} source files: median ${at(0.5)} lines, 95 % under ${at(0.95) + 1}; the longest:`,
    ...sources.slice(0, 10).map((module) => `  ${String(module.lines).padStart(4)} ${module.file}`),
  ];
};
