import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { spread } from '../load/summarize.mjs';
import { start, startOwn, stop } from '../processes/children.mjs';
import { createHome, createToken, startGateway } from '../processes/gateway.mjs';
import { alternate } from './start.mjs';

/**
 * What a call of a tool adds to a turn, and what fifty skills add to a start and to a request.
 * @param {{root: string, built: string}} where
 * @param {{turns: number, starts: number, skills: number}} effort
 */
export const measureTools = async ({ root, built }, { turns, starts, skills }) => {
  const upstream = await startOwn('tool-upstream.mjs');
  const plainHome = createHome(root, upstream.first.port);
  const skilledHome = createHome(root, upstream.first.port);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let bytes = 0;
  upstream.child.on('message', (/** @type {{bytes?: number}} */ said) => (bytes = said.bytes ?? bytes));
  putSkills(skilledHome.folder, skills);
  const asking = async (/** @type {typeof plainHome} */ home) => {
    const token = await createToken(built, home);
    const gateway = await startGateway(built, home);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const ask = (/** @type {string} */ content) => timed(agent, gateway.port, '/api/v1/messages', headers, { content });
    return { ask, stop: gateway.stop };
  };
  try {
    const plain = await asking(plainHome);
    const straight = (/** @type {string} */ content) =>
      timed(agent, upstream.first.port, '/v1/chat/completions', {}, { messages: [{ role: 'user', content }] });
    /** @type {Record<'straight' | 'without' | 'withTool', number[]>} */
    const took = { straight: [], without: [], withTool: [] };
    // By turns, so that what else the machine does meets all alike; the first third only warms up.
    for (let n = 0; n < turns; n += 1) {
      const one = { straight: await straight('hi'), without: await plain.ask('hi'), withTool: await plain.ask('use a tool') };
      if (n * 3 >= turns) for (const [name, ms] of Object.entries(one)) took[/** @type {keyof typeof took} */ (name)].push(ms);
    }
    await plain.ask('hi');
    const bytesWithout = bytes;
    await plain.stop();

    const skilled = await asking(skilledHome);
    await skilled.ask('hi');
    const bytesWith = bytes;
    await skilled.stop();

    const starter = (/** @type {typeof plainHome} */ home) => (/** @type {number} */ port) =>
      start(process.execPath, [join(built, 'cli.js'), 'gateway', '--port', String(port)], home.env);
    const started = await alternate(starts, { without: starter(plainHome), with: starter(skilledHome) });
    return {
      straight: spread(took.straight),
      without: spread(took.without),
      withTool: spread(took.withTool),
      skills: {
        count: skills,
        // The fastest: what else the machine does only ever adds.
        startMs: { without: Math.min(...(started.without ?? [])), with: Math.min(...(started.with ?? [])) },
        bytes: { without: bytesWithout, with: bytesWith },
      },
    };
  } finally {
    agent.destroy();
    await stop(upstream.child);
    for (const home of [plainHome, skilledHome]) home.remove();
  }
};

/** As large as public ones are: 150 characters of description, 8 kB of instructions. */
const putSkills = (/** @type {string} */ home, /** @type {number} */ count) => {
  for (let n = 0; n < count; n += 1) {
    const folder = join(home, 'skills', `skill-${n}`);
    mkdirSync(join(folder, 'scripts'), { recursive: true });
    const description = 'Reads, fills, merges and splits documents of one kind, and says when it is to be used and when it is not. '.padEnd(
      150,
      'And so on. ',
    );
    writeFileSync(
      join(folder, 'SKILL.md'),
      `---\nname: skill-${n}\ndescription: ${description}\n---\n\n${'Do this, then that. '.repeat(400)}\n`,
    );
    writeFileSync(join(folder, 'scripts', 'run.sh'), '#!/bin/sh\necho done\n', { mode: 0o755 });
  }
};

/**
 * Milliseconds from the call to the end of its answer.
 * @param {Agent} agent @param {number} port @param {string} path @param {Record<string, string>} headers @param {object} body
 * @returns {Promise<number>}
 */
const timed = (agent, port, path, headers, body) =>
  new Promise((resolve, reject) => {
    const at = performance.now();
    const text = JSON.stringify(body);
    const asked = request(
      { agent, host: '127.0.0.1', port, path, method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(text) } },
      (answer) => {
        answer.resume().once('end', () => {
          if (answer.statusCode === 200) resolve(performance.now() - at);
          else reject(new Error(`${path} answered ${answer.statusCode}`));
        });
      },
    );
    asked.once('error', reject).end(text);
  });
