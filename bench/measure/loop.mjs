import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Event-loop delay of a gateway that has `loop-delay.mjs` loaded, under load.
 * @param {object} on
 * @param {import('../load/load-client.mjs').LoadClient} on.load
 * @param {import('../processes/gateway.mjs').RunningGateway} on.gateway
 * @param {string} on.token
 * @param {string} on.file where the gateway writes its figures
 * @param {{concurrencies: readonly number[], measureMs: number}} how
 */
export const measureLoop = async ({ load, gateway, token, file }, how) => {
  const cells = [];
  for (const concurrency of how.concurrencies) {
    await load.run({ kind: 'ws-stream', port: gateway.port, token, concurrency, measureMs: 500 });
    rmSync(file, { force: true });
    process.kill(gateway.pid, 'SIGUSR2');
    await load.run({ kind: 'ws-stream', port: gateway.port, token, concurrency, measureMs: how.measureMs });
    process.kill(gateway.pid, 'SIGUSR2');
    while (!existsSync(file)) await sleep(5);
    /** @type {{p50: number, p95: number, p99: number, max: number, samples: number}} */
    const figures = JSON.parse(readFileSync(file, 'utf8'));
    cells.push({ concurrency, ...figures });
  }
  return cells;
};
