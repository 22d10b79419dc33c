import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { repeats } from '../testing/channel-gateway.ts';
import { openForkHost } from '../testing/fork-host.ts';
import { createTestHome, startTestGateway, type TestHome } from '../testing/test-gateway.ts';
import { type ChatRequest, gated, lastUserText, type Reply, scriptModel } from '../testing/upstream.ts';
import { createMemoryPluginStore } from './install/memory-plugin-store.ts';
import { installed } from './plugin-host.conformance.ts';

/** What is posted to it was said to it, and what it says stands in a file. It dies once over a message that tells it to. */
const source = `
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
export default class Chat {
  start(ctx) {
    this.dataDir = ctx.dataDir;
    ctx.onRequest(async ({ body }) => {
      await this.onMessage(JSON.parse(Buffer.from(body).toString()));
      return { body: 'taken' };
    });
  }
  async sendMessage(to, { content }) {
    const marker = this.dataDir + '/died';
    if (content.includes('die') && !existsSync(marker)) {
      writeFileSync(marker, '');
      process.exit(1);
    }
    appendFileSync(this.dataDir + '/sent', to + ' ' + content + '\\n');
  }
}`;

const start = async (home: TestHome, model: (request: ChatRequest) => Reply) => {
  const folder = join(home.folder, 'plugins', 'chat');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.mjs'), source);
  const gateway = await startTestGateway({
    home,
    upstream: await scriptModel(model),
    config: { channels: { chat: { enabled: true, senders: 'anyone' } } },
    ports: {
      pluginHost: openForkHost({ home: homedir() }),
      plugins: createMemoryPluginStore({ clock: systemClock, bundled: [{ ...installed('chat', folder), bundled: false }] }),
    },
  });
  const ask = async (path: string) => (await gateway.call('GET', `/api/v1${path}`, { token: gateway.admin })).json;
  const isUp = () =>
    expect
      .poll(async () => (await ask('/channels')).channels.find(({ id }: { id: string }) => id === 'chat').state, { timeout: 20_000 })
      .toBe('running');
  await isUp();
  const say = async (id: string, content: string) =>
    (await gateway.call('POST', '/api/v1/hooks/chat', { body: JSON.stringify({ id, from: { id: 'ann' }, content }) })).text;
  const sent = () => {
    try {
      return readFileSync(join(home.folder, 'data', 'channels', 'chat', 'sent'), 'utf8')
        .trim()
        .split('\n');
    } catch {
      return [];
    }
  };
  return { gateway, ask, say, sent };
};

test('a channel in a process of its own: both ways, through its death and the gateway’s end', async () => {
  const home = createTestHome();
  const held = gated(['never']);
  const asked: string[] = [];
  const first = await start(home, (request) => {
    asked.push(lastUserText(request));
    return lastUserText(request) === 'late' ? held.reply : repeats(request);
  });
  expect(await first.say('1', 'hello')).toBe('taken');
  await expect.poll(first.sent).toEqual(['ann You said: hello']);
  expect(await first.say('1', 'hello')).toBe('taken');

  expect(await first.say('2', 'die')).toBe('taken');
  await expect.poll(first.sent, { timeout: 20_000 }).toEqual(['ann You said: hello', 'ann You said: die']);
  expect((await first.ask('/channels/chat/outbox')).messages[0]).toMatchObject({ content: 'You said: die', maybeDuplicate: true });

  expect(await first.say('3', 'late')).toBe('taken');
  await expect.poll(() => asked).toContain('late');
  await first.gateway.stop();

  const second = await start(home, repeats);
  await expect.poll(second.sent, { timeout: 20_000 }).toEqual(['ann You said: hello', 'ann You said: die', 'ann You said: late']);
  expect(await second.say('3', 'late')).toBe('taken');
  expect(await second.say('4', 'on')).toBe('taken');
  await expect.poll(second.sent).toHaveLength(4);
  expect(second.sent()[3]).toBe('ann You said: on');
}, 60_000);
