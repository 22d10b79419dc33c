import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Linux counts process time in hundredths of a second, whatever its own clock does. */
const ticksPerSecond = 100;

/** User and system time of a process with all its threads, in milliseconds. @param {number} pid */
export const cpuMs = (pid) => statMs(`/proc/${pid}/stat`);

/** The same by thread: `name tid` to milliseconds. @param {number} pid */
export const threadsCpuMs = (pid) =>
  new Map(
    readdirSync(`/proc/${pid}/task`).map((tid) => [
      `${readFileSync(`/proc/${pid}/task/${tid}/comm`, 'utf8').trim()} ${tid}`,
      statMs(`/proc/${pid}/task/${tid}/stat`),
    ]),
  );

/** @param {string} file */
const statMs = (file) => {
  const text = readFileSync(file, 'utf8');
  // The name stands in brackets and may hold spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
};

/** @param {number} pid @param {'status' | 'smaps_rollup'} file @param {'VmRSS' | 'VmHWM' | 'Pss'} field @returns {number} megabytes (10^6) */
const fieldMb = (pid, file, field) => {
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1];
  return (Number(kib) * 1024) / 1e6;
};

/** @param {number} pid */
export const residentMb = (pid) => fieldMb(pid, 'status', 'VmRSS');
/** The most since the start, or since `forgetPeak`. @param {number} pid */
export const peakMb = (pid) => fieldMb(pid, 'status', 'VmHWM');

/** Its share of what is resident: pages that several have are divided among them. @param {number} pid */
export const residentShareMb = (pid) => fieldMb(pid, 'smaps_rollup', 'Pss');

/** @param {number} pid */
export const forgetPeak = (pid) => {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Then the peak is the one since the start.
  }
};

/** The most files a process may open here. */
export const filesMost = () => {
  const limit = /^Max open files\s+\S+\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);
};

/** One, five and fifteen minutes. */
export const loadAverage = () => readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).map(Number);

/** All that a process has started, and what that has started. @param {number} pid @returns {number[]} */
export const treeOf = (pid) => {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((tid) =>
    readFileSync(`/proc/${pid}/task/${tid}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return children.flatMap((child) => [child, ...treeOf(child)]);
};
