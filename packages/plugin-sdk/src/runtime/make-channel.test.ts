import { expect, test } from 'vitest';
import type { InboundMessage } from '../message.ts';
import { makeChannel } from './make-channel.ts';

const heard = (id: string): InboundMessage => ({ id, from: { id: 'ann' }, content: `number ${id}` });

class Seed {
  onMessage?(message: InboundMessage): Promise<void>;
  readonly acknowledged: string[] = [];

  constructor() {
    for (const id of ['1', '2']) void this.onMessage?.(heard(id)).then(() => this.acknowledged.push(id));
  }

  async sendMessage(): Promise<void> {}
}

test('what a constructor hears waits for the gateway, in order, and is acknowledged after it', async () => {
  const { channel, connect } = makeChannel(Seed);
  const taken: string[] = [];
  let keep = (): void => {};
  const kept = new Promise<void>((resolve) => {
    keep = resolve;
  });
  connect(async ({ id }) => {
    taken.push(id);
    await kept;
  });
  void channel.onMessage?.(heard('3'));
  expect(taken).toEqual(['1', '2', '3']);
  expect((channel as Seed).acknowledged).toEqual([]);
  keep();
  await kept;
  await expect.poll(() => (channel as Seed).acknowledged).toEqual(['1', '2']);
});

test('two channels of one class hear for themselves, and the class stays as it was', async () => {
  const taken: string[] = [];
  for (const name of ['a', 'b']) {
    const { connect } = makeChannel(Seed);
    connect(async ({ id }) => void taken.push(`${name}${id}`));
  }
  expect(taken).toEqual(['a1', 'a2', 'b1', 'b2']);
  expect('onMessage' in Seed.prototype).toBe(false);
});

test('a field that hides onMessage is given it after the constructor', async () => {
  class Hiding extends Object {
    onMessage: ((message: InboundMessage) => Promise<void>) | undefined = undefined;
    async sendMessage(): Promise<void> {}
    hear(): Promise<void> | undefined {
      return this.onMessage?.(heard('1'));
    }
  }
  const { channel, connect } = makeChannel(Hiding);
  const taken: InboundMessage[] = [];
  connect(async (message) => void taken.push(message));
  await (channel as Hiding).hear();
  expect(taken).toEqual([heard('1')]);
});

test('an object and private fields work; its own onMessage is left alone', async () => {
  class Private {
    readonly #sent: string[] = [];
    onMessage = async (): Promise<void> => {};
    async sendMessage(to: string): Promise<void> {
      this.#sent.push(to);
    }
  }
  const object = new Private();
  const own = object.onMessage;
  const { channel } = makeChannel(object);
  await channel.sendMessage('ann', { id: '1', content: '', idempotencyKey: '1' });
  expect(channel.onMessage).toBe(own);
  expect(makeChannel(Private).channel).toBeInstanceOf(Private);
});

test('a gateway that refuses is heard by who waited', async () => {
  const { channel, connect } = makeChannel({ sendMessage: async () => {} });
  const waiting = channel.onMessage?.(heard('1'));
  connect(async () => {
    throw new Error('disk full');
  });
  await expect(waiting).rejects.toThrow('disk full');
});

test('a flood before the start ends in a refusal', async () => {
  const { channel } = makeChannel({ sendMessage: async () => {} });
  for (let count = 0; count < 1_000; count += 1) void channel.onMessage?.(heard(`${count}`));
  await expect(channel.onMessage?.(heard('one more'))).rejects.toMatchObject({ name: 'ChannelError', retryable: true });
});

test.each([
  [undefined, /it is undefined/],
  [{}, /an object with nothing in it/],
  [class Empty {}, /the class Empty, which has none/],
  [() => ({ sendMessage: async () => {} }), /it is a function/],
  [{ sendMessage: 'x' }, /an object with sendMessage/],
  [{ sendMessage: async () => {}, start: 5 }, /start has to be a method/],
])('%s is refused with words', (exported, words) => {
  expect(() => makeChannel(exported)).toThrow(words);
});
