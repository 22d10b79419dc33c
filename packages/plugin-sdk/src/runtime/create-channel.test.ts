import { expect, test } from 'vitest';
import type { InboundMessage } from '../message.ts';
import { createChannel } from './create-channel.ts';

const heard = (id: string): InboundMessage => ({ id, from: { id: 'ann' }, content: `number ${id}` });

class Polling {
  declare onMessage?: (message: InboundMessage) => Promise<void>;
  acknowledged = Promise.resolve<string | undefined>(undefined);

  constructor() {
    this.acknowledged = Promise.resolve(this.onMessage?.(heard('1'))).then(() => 'acknowledged');
  }

  async sendMessage(): Promise<void> {}
}

test('a constructor may call onMessage, and learns when the gateway has the message', async () => {
  const taken: string[] = [];
  const channel = createChannel(Polling, async ({ id }) => void taken.push(id)) as Polling;
  expect(taken).toEqual(['1']);
  expect(await channel.acknowledged).toBe('acknowledged');
  const refused = createChannel(Polling, () => Promise.reject(new Error('disk full'))) as Polling;
  await expect(refused.acknowledged).rejects.toThrow('disk full');
});

test('two channels of one class hear for themselves, and the class stays as it was', () => {
  const taken: string[] = [];
  for (const name of ['a', 'b']) createChannel(Polling, async ({ id }) => void taken.push(`${name}${id}`));
  expect(taken).toEqual(['a1', 'b1']);
  expect('onMessage' in Polling.prototype).toBe(false);
  expect(createChannel(Polling, async () => {}).constructor.name).toBe('Polling');
});

test('a field that hides onMessage is given it after the constructor', async () => {
  class Hiding {
    onMessage: ((message: InboundMessage) => Promise<void>) | undefined = undefined;
    async sendMessage(): Promise<void> {}
    hear(): Promise<void> | undefined {
      return this.onMessage?.(heard('1'));
    }
  }
  const taken: InboundMessage[] = [];
  await (createChannel(Hiding, async (message) => void taken.push(message)) as Hiding).hear();
  expect(taken).toEqual([heard('1')]);
});

test('an object and private fields work; an onMessage of its own is left alone', async () => {
  class Private {
    readonly #sent: string[] = [];
    onMessage = async (): Promise<void> => {};
    async sendMessage(to: string): Promise<void> {
      this.#sent.push(to);
    }
  }
  const object = new Private();
  const own = object.onMessage;
  const channel = createChannel(object, async () => {});
  await channel.sendMessage('ann', { id: '1', content: '', idempotencyKey: '1' });
  expect(channel.onMessage).toBe(own);
  expect(createChannel(Private, async () => {})).toBeInstanceOf(Private);
  expect(createChannel(Object.freeze({ sendMessage: async () => {} }), async () => {})).toHaveProperty('sendMessage');
});

test.each([
  [undefined, /is missing/],
  [{}, /no method sendMessage/],
  [class Empty {}, /no method sendMessage/],
  [() => ({ sendMessage: async () => {} }), /a function, not a class/],
  [{ sendMessage: 'x' }, /no method sendMessage/],
  [{ sendMessage: async () => {}, start: 5 }, /start is a number/],
])('%s is refused with words', (exported, words) => {
  expect(() => createChannel(exported, async () => {})).toThrow(words);
});
