import { execFileSync } from 'node:child_process';

/** A command that never ends by itself, with a child that ignores SIGTERM and one that has left its process group. */
export const processTree = (marker: string): string => {
  const sleep = `sh -c 'sleep 1000; : ${marker}'`;
  return `(setsid ${sleep} &) ; (trap "" TERM; ${sleep}) & sleep 1000; : ${marker}`;
};

/** How many processes of it are left, on the whole machine. */
export const leftOf = (marker: string): number =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(`: ${marker}`)).length;
