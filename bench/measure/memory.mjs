import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { forgetPeak, peakMb, residentMb } from '../processes/procfs.mjs';

/** Memory is judged at rest. */
const restMs = 5_000;

/**
 * Resident memory of a gateway that has just started, and after so many turns (WS and REST by turns, at 8 and 32).
 * @param {object} on
 * @param {import('../load/load-client.mjs').LoadClient} on.load
 * @param {import('../processes/gateway.mjs').RunningGateway} on.gateway
 * @param {string} on.token
 * @param {string} on.file where the gateway, with `heap-in-use.mjs` loaded, writes what is in use
 * @param {readonly [number, number]} marks turns
 * @param {(text: string) => void} progress
 */
export const measureMemory = async ({ load, gateway, token, file }, marks, progress) => {
  await sleep(restMs);
  const idle = residentMb(gateway.pid);
  forgetPeak(gateway.pid);
  let made = 0;
  const after = [];
  for (const mark of marks) {
    progress(`memory after ${mark} turns`);
    const turns = Math.ceil((mark - made) / 4);
    for (const kind of /** @type {const} */ (['ws-stream', 'rest']))
      for (const concurrency of [8, 32]) await load.run({ kind, port: gateway.port, token, concurrency, turns });
    made = mark;
    await sleep(restMs);
    const mb = residentMb(gateway.pid);
    rmSync(file, { force: true });
    process.kill(gateway.pid, 'SIGUSR2');
    while (!existsSync(file)) await sleep(5);
    after.push({ turns: mark, mb, inUseMb: Number(readFileSync(file, 'utf8')) });
  }
  progress('memory at 128');
  await load.run({ kind: 'ws-stream', port: gateway.port, token, concurrency: 128, turns: 1000 });
  return { idle, after, peak: peakMb(gateway.pid) };
};
