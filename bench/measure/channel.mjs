import { once } from 'node:events';
import { join } from 'node:path';
import { spread } from '../load/summarize.mjs';
import { startOwn, stop } from '../processes/children.mjs';

const lanes = 64;

/**
 * What a channel costs between its plugin and a turn, and how fast it sends.
 * @param {{module: string, built: string, folder: string}} on `module`: the sources, bundled
 * @param {{messages: number}} effort
 */
export const measureChannel = async ({ module, built, folder }, { messages }) => {
  const files = [module, join(built, '..', 'plugin-host', 'plugin-host.cjs'), folder, join(built, 'database-worker.js')];
  const { child } = await startOwn('channels.mjs', files);
  const ask = async (/** @type {string} */ deed, /** @type {object} */ how) => {
    child.send({ deed, ...how });
    const [answer] = await once(child, 'message');
    if (answer.error) throw new Error(`the channel: ${answer.error}`);
    return answer.done;
  };
  try {
    const { took, commits } = await ask('inbound', { times: messages / 2 });
    await ask('drain', { rows: messages, lanes });
    const { perSecond, barePerSecond } = await ask('drain', { rows: messages, lanes });
    return { inbound: spread(took), commit: spread(commits), drained: perSecond, bare: barePerSecond };
  } finally {
    await stop(child);
  }
};
