import { setTimeout as sleep } from 'node:timers/promises';
import { filesMost, residentMb } from '../processes/procfs.mjs';

const restMs = 2_000;

/**
 * Memory with idle sockets open, and whether turns are still answered beside them.
 * @param {object} on
 * @param {import('../load/load-client.mjs').LoadClient} on.load holds the sockets
 * @param {import('../load/load-client.mjs').LoadClient} on.other makes the turns
 * @param {import('../processes/gateway.mjs').RunningGateway} on.gateway
 * @param {string} on.token
 * @param {number} sockets
 */
export const measureSockets = async ({ load, other, gateway, token }, sockets) => {
  if (filesMost() < sockets + 200)
    return { notMeasured: `a process may open ${filesMost()} files here (ulimit -n), too few for ${sockets} sockets` };
  await sleep(restMs);
  const before = residentMb(gateway.pid);
  const at = performance.now();
  await load.hold({ port: gateway.port, token, sockets });
  const openedMs = performance.now() - at;
  await sleep(restMs);
  const held = residentMb(gateway.pid);
  const turns = await other.run({ kind: 'ws', port: gateway.port, token, concurrency: 8, warmMs: 200, measureMs: 1_500 });
  await load.release();
  return {
    sockets,
    before,
    held,
    kbEach: ((held - before) * 1000) / sockets,
    openedMs,
    perSecondBeside: turns.perSecond,
    p50Beside: turns.total.p50,
  };
};
