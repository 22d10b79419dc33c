import type { ChannelError } from '../../channel-error.ts';
import type { Check } from '../bench.ts';
import { expect, rejection, show } from '../expect.ts';
import { everything, message } from './messages.ts';

/** What the gateway assumes of a channel that does not say. */
const usualLength = 4_000;

export const sending: readonly Check[] = [
  {
    name: 'sends a text to whom it is for',
    run: async ({ channel, platform, start }) => {
      await start();
      const receipt = await channel.sendMessage(platform.to, message('1', 'hello'));
      const [sent, ...more] = platform.sent();
      expect(
        sent?.text === 'hello' && sent.to === platform.to && more.length === 0,
        `One "hello" to ${platform.to}, and the platform got ${show(platform.sent())}.`,
      );
      expect(
        receipt === undefined || receipt.id === undefined || (typeof receipt.id === 'string' && receipt.id !== ''),
        `A receipt has the platform's id as a text, or none; it is ${show(receipt)}.`,
      );
    },
  },
  {
    name: 'sends every character as it is',
    run: async ({ channel, platform, start }) => {
      await start();
      await channel.sendMessage(platform.to, message('1', everything));
      expect(platform.sent()[0]?.text === everything, `${show(everything)} arrived as ${show(platform.sent()[0]?.text)}.`);
    },
  },
  {
    name: 'sends Markdown, where it says that it does, also where it is broken',
    run: async ({ channel, platform, start }) => {
      if (!channel.capabilities?.markdown) return;
      await start();
      const texts = [
        '**bold** and `code`, a [link](https://example.com/?a=1&b=2)\n\n- one\n- two',
        'an *unclosed _mark, a [half](link `and',
      ];
      for (const [index, text] of texts.entries())
        await channel.sendMessage(platform.to, message(`${index}`, text, { format: 'markdown' }));
      const shown = platform.sent().map(({ text }) => text);
      for (const word of ['bold', 'code', 'link', 'one', 'two', 'unclosed', 'half'])
        expect(
          shown.some((text) => text.includes(word)),
          `"${word}" did not arrive: ${show(shown)}.`,
        );
    },
  },
  {
    name: 'sends texts as long as its capabilities say',
    run: async ({ channel, platform, start }) => {
      await start();
      const length = channel.capabilities?.maxLength ?? usualLength;
      const text = '好words '.repeat(Math.ceil(length / 7)).slice(0, length - 1);
      await channel.sendMessage(platform.to, message('1', `${text}.`));
      const arrived = platform
        .sent()
        .map((sent) => sent.text)
        .join('');
      expect(
        arrived === `${text}.`,
        `Of ${length} characters ${arrived.length} arrived. What is the longest? Say it in capabilities.maxLength.`,
      );
    },
  },
  {
    name: 'gives each message a receipt of its own, and keeps their order',
    run: async ({ channel, platform, start }) => {
      await start();
      const ids: unknown[] = [];
      for (const id of ['1', '2', '3']) ids.push((await channel.sendMessage(platform.to, message(id, `number ${id}`)))?.id);
      const order = platform.sent().map((sent) => sent.text);
      expect(order.join() === 'number 1,number 2,number 3', `Three were sent, and the platform got ${show(order)}.`);
      const named = ids.filter((id) => id !== undefined);
      expect(new Set(named).size === named.length, `Receipts are the same for different messages: ${show(ids)}.`);
    },
  },
  {
    name: 'says AUTH when its credentials are refused',
    needs: ['auth'],
    run: async ({ channel, platform, start }) => {
      await start();
      platform.refuse({ because: 'auth' });
      const error = await refused(channel.sendMessage(platform.to, message('1', 'hello')));
      expect(error.code === 'AUTH' && !error.retryable, `A ChannelError with code AUTH is due; it is ${show(error)}.`);
    },
  },
  {
    name: 'says RATE_LIMIT, and for how long',
    needs: ['rate-limit'],
    run: async ({ channel, platform, start }) => {
      await start();
      platform.refuse({ because: 'rate-limit', retryAfterMs: 7_000 });
      const error = await refused(channel.sendMessage(platform.to, message('1', 'hello')));
      expect(error.code === 'RATE_LIMIT' && error.retryable, `A ChannelError with code RATE_LIMIT is due; it is ${show(error)}.`);
      expect(
        error.retryAfterMs !== undefined && Math.abs(error.retryAfterMs - 7_000) <= 1_000,
        `The platform said 7,000 ms, retryAfterMs is ${error.retryAfterMs}.`,
      );
    },
  },
  {
    name: 'may be tried again when the platform is down, and sends when it is back',
    run: async ({ channel, platform, start }) => {
      await start();
      platform.refuse({ because: 'down' });
      const error = await refused(channel.sendMessage(platform.to, message('1', 'hello')));
      expect(error.retryable, `A ChannelError that may be retried is due, such as NETWORK; it is ${show(error)}.`);
      platform.refuse(null);
      await channel.sendMessage(platform.to, message('1', 'hello'));
      expect(platform.sent().at(-1)?.text === 'hello', `The second try did not arrive: ${show(platform.sent())}.`);
    },
  },
  {
    name: 'sends a message once for one idempotencyKey, where it says that it does',
    run: async ({ channel, platform, start }) => {
      if (!channel.capabilities?.idempotent) return;
      await start();
      for (const _ of [1, 2]) await channel.sendMessage(platform.to, message('1', 'hello'));
      expect(platform.sent().length === 1, `The platform shows it ${platform.sent().length} times.`);
    },
  },
  {
    name: 'replaces what it has sent, where it can',
    run: async ({ channel, platform, start }) => {
      if (!channel.editMessage) return;
      await start();
      const receipt = await channel.sendMessage(platform.to, message('1', 'first'));
      expect(receipt?.id !== undefined, 'A channel that has editMessage gives receipts with an id.');
      await channel.editMessage(platform.to, receipt.id, message('2', 'second'));
      const texts = platform.sent().map(({ text }) => text);
      expect(texts.join() === 'second', `"first" was replaced by "second", and the platform shows ${show(texts)}.`);
    },
  },
  {
    name: 'shows that it is typing, where it can',
    run: async ({ channel, platform, start }) => {
      await start();
      await channel.setTyping?.(platform.to, true);
      await channel.setTyping?.(platform.to, false);
    },
  },
  {
    name: 'sends files, where it says that it does',
    run: async ({ channel, host, platform, start }) => {
      if (!channel.capabilities?.attachments) return;
      await start();
      const file = host.addBlob({ name: 'Bericht 报告.txt', type: 'text/plain', data: new TextEncoder().encode('report') });
      await channel.sendMessage(platform.to, message('1', 'see the file', { attachments: [file] }));
      const names = platform.sent().flatMap(({ files = [] }) => files);
      expect(names.join() === file.name, `${file.name} was sent, and the platform got ${show(names)}.`);
      const alone = host.addBlob({ name: 'b.txt', type: 'text/plain', data: new TextEncoder().encode('report') });
      await channel.sendMessage(platform.to, message('2', '', { attachments: [alone] }));
      const last = platform.sent().at(-1);
      expect(last?.files?.join() === 'b.txt' && last.text === '', `A file without a text was sent, and the platform got ${show(last)}.`);
      for (const got of platform.sent().flatMap(({ fileBytes = [] }) => fileBytes))
        expect(new TextDecoder().decode(got) === 'report', `A file has 6 bytes, "report", and the platform got ${got.length} others.`);
    },
  },
  {
    name: 'answers in the thread, where it says that it does',
    run: async ({ channel, platform, start }) => {
      if (!channel.capabilities?.threads) return;
      expect(platform.threadId !== undefined, 'The channel can write to threads: the fake platform needs a threadId.');
      await start();
      await channel.sendMessage(platform.to, message('1', 'hello', { threadId: platform.threadId }));
      expect(platform.sent()[0]?.threadId === platform.threadId, `It went to ${show(platform.sent()[0])}.`);
    },
  },
  {
    name: 'shows buttons, where it says that it does, and hands over who pressed one',
    run: async ({ channel, host, platform, start }) => {
      if (!channel.capabilities?.actions) return;
      expect(platform.press !== undefined, 'The channel can have buttons: the fake platform needs a press.');
      await start();
      const actions = [
        { id: 'approve:42', label: 'Allow once', style: 'primary' as const },
        { id: 'deny:42', label: 'Deny', style: 'danger' as const },
      ];
      await channel.sendMessage(platform.to, message('1', 'May I?', { actions }));
      const buttons = platform.sent().flatMap((sent) => sent.buttons ?? []);
      expect(buttons.join() === 'Allow once,Deny', `Two buttons are due; the platform shows ${show(buttons)}.`);
      await platform.press('Deny');
      await host.until('the channel calls ctx.onAction', () => host.pressed.length > 0);
      const [pressed] = host.pressed;
      expect(pressed?.actionId === 'deny:42' && pressed.from.id !== '', `"deny:42" by somebody with an id is due; it is ${show(pressed)}.`);
    },
  },
];

const refused = async (send: Promise<unknown>): Promise<ChannelError> => {
  const error = await rejection(send, 'sendMessage resolved, and the platform did not take the message.');
  expect(error instanceof Error && error.name === 'ChannelError', `A ChannelError is due; it threw ${String(error)}.`);
  return error as ChannelError;
};
