import type { Bench, Check } from '../bench.ts';
import { expect, show, within } from '../expect.ts';
import type { PlatformMessage } from '../fake-platform.ts';
import { everything, message } from './messages.ts';

const checks: readonly Check[] = [
  {
    name: 'hands over what somebody says',
    run: async (bench) => {
      await bench.start();
      await say(bench, { text: everything });
      const [heard, ...more] = bench.host.heard;
      expect(heard !== undefined && more.length === 0, `One message is due; it handed over ${show(bench.host.heard)}.`);
      expect(heard.content === everything, `${show(everything)} was handed over as ${show(heard.content)}.`);
      for (const [name, id] of Object.entries({ id: heard.id, 'from.id': heard.from.id }))
        expect(typeof id === 'string' && id !== '', `${name} has to be the platform's id, as a text; it is ${show(id)}.`);
      expect(
        heard.timestamp === undefined || (heard.timestamp > 1e12 && heard.timestamp < 1e14),
        `timestamp is in milliseconds since 1970; it is ${heard.timestamp}.`,
      );
    },
  },
  {
    name: 'sends the answer where the message came from',
    run: async (bench) => {
      await bench.start();
      await say(bench, { text: 'hello' });
      const [heard] = bench.host.heard;
      await bench.channel.sendMessage(heard?.conversationId ?? heard?.from.id ?? '', message('1', 'hello yourself'));
      expect(
        bench.platform.sent()[0]?.to === bench.platform.to,
        `It went to ${show(bench.platform.sent()[0]?.to)}, not to ${bench.platform.to}.`,
      );
    },
  },
  {
    name: 'acknowledges a message only when the gateway has it',
    needs: ['redelivery'],
    run: async (bench) => {
      await bench.start();
      bench.host.answerMessagesBy('hold');
      let acknowledged = false;
      const said = say(bench, { text: 'hello' }).then(() => {
        acknowledged = true;
      });
      await bench.host.until('the channel hands over the message', () => bench.host.heard.length > 0);
      // What it had told the platform by now would be there before this answer is.
      await bench.channel.sendMessage(bench.platform.to, message('1', 'meanwhile'));
      expect(!acknowledged, 'It told the platform that the message has arrived before ctx.onMessage had resolved.');
      bench.host.answerMessagesBy('take');
      await said;
    },
  },
  {
    name: 'leaves a message that the gateway refused to be delivered again, under the same id',
    needs: ['redelivery'],
    run: async (bench) => {
      const { host } = bench;
      await bench.start();
      host.answerMessagesBy('refuse');
      const said = say(bench, { text: 'hello' });
      await host.until('the channel hands over the message', () => host.heard.length > 0);
      host.answerMessagesBy('take');
      await said;
      expect(host.heard.length > 1, 'It acknowledged a message that the gateway had refused.');
      const ids = new Set(host.heard.map(({ id }) => id));
      expect(ids.size === 1, `The same message came under different ids: ${show([...ids])}.`);
    },
  },
  {
    name: 'tells different messages apart',
    run: async (bench) => {
      await bench.start();
      for (const id of ['101', '102', '103']) await say(bench, { id, text: 'the same words' });
      const ids = bench.host.heard.map(({ id }) => id);
      expect(new Set(ids).size === 3, `Three messages came under the ids ${show(ids)}.`);
    },
  },
  { name: 'does not talk to other programs', needs: ['bots'], run: (bench) => staysSilent(bench, 'bot') },
  { name: 'does not talk to itself', needs: ['self'], run: (bench) => staysSilent(bench, 'self') },
  {
    name: 'hands over files, where it says that it does',
    run: async (bench) => {
      if (!bench.channel.capabilities?.attachments) return;
      await bench.start();
      const data = new TextEncoder().encode('a file');
      await say(bench, { text: 'look', file: { name: 'look.txt', type: 'text/plain', data } });
      const files = bench.host.heard.flatMap(({ attachments = [] }) => attachments);
      const bytes = files[0] && bench.host.readBlob(files[0].blob);
      expect(files.length === 1 && String(bytes) === String(data), `One file of 6 bytes is due; it handed over ${show(files)}.`);
    },
  },
  {
    name: 'comes back when the connection is lost',
    run: async (bench) => {
      if (!bench.platform.disconnect) return;
      await bench.start();
      bench.platform.disconnect();
      await say(bench, { text: 'still there?' });
    },
  },
];

export const hearing: readonly Check[] = checks.map((check) => ({ ...check, needs: ['inbound', ...(check.needs ?? [])] }));

const say = async ({ host, platform, patienceMs }: Bench, said: Partial<PlatformMessage>): Promise<void> => {
  expect(platform.say !== undefined, 'The fake platform needs a say, or `lacks: ["inbound"]`.');
  const before = host.heard.length;
  await within(patienceMs, 'the channel acknowledges the message', platform.say({ id: '101', text: '', from: 'person', ...said }));
  if ((said.from ?? 'person') === 'person') await host.until('the channel hands over the message', () => host.heard.length > before);
};

const staysSilent = async (bench: Bench, from: 'bot' | 'self'): Promise<void> => {
  await bench.start();
  await say(bench, { id: '101', text: 'ping', from });
  await say(bench, { id: '102', text: 'and now a person' });
  // What the program said may come first, where a channel hands it over with `isBot`.
  await bench.host.until('the channel hands over the person', () => bench.host.heard.some(({ content }) => content === 'and now a person'));
  const answered = bench.host.heard.filter((heard) => heard.from.isBot !== true);
  expect(
    answered.length === 1 && answered[0]?.content === 'and now a person',
    `What a program says is left out, or its from.isBot is true; it handed over ${show(answered)}.`,
  );
};
