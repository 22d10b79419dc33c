import { describe, expect, test } from 'vitest';
import { contents, repeats, startChannelGateway } from '../testing/channel-gateway.ts';
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts';
import { scriptChannel } from '../testing/scripted-channel.ts';
import { createTestHome } from '../testing/test-gateway.ts';
import { gated, lastUserText } from '../testing/upstream.ts';
import { PluginFailure } from './plugin-failure.ts';

const channelError = (code: string, more: object = {}) =>
  Object.assign(new Error(`${code} as asked`), { name: 'ChannelError', code, ...more });

/** So that a process has the time to answer its pings. */
const pass = async (clock: ManualClock, ms: number) => {
  for (let left = ms; left > 0; left -= 4_000) {
    clock.advance(Math.min(left, 4_000));
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
  }
};

describe('a message', () => {
  test('comes in, and its answer goes out', async () => {
    const channel = scriptChannel({ typing: true });
    const { state } = await startChannelGateway(channel);
    await channel.say({ content: 'Hello' });
    await expect.poll(() => contents(channel)).toEqual(['You said: Hello']);
    expect(channel.sent[0]).toMatchObject({ to: 'ann', message: { format: 'plain' } });
    await expect.poll(async () => (await state()).waiting).toBe(0);
    await expect.poll(() => channel.typing).toEqual(['ann true', 'ann false']);
  });

  test('that comes twice is answered once', async () => {
    const channel = scriptChannel();
    await startChannelGateway(channel);
    await Promise.all([channel.say({ id: 'same', content: 'a' }), channel.say({ id: 'same', content: 'a' })]);
    await channel.say({ id: 'same', content: 'a' });
    await channel.say({ id: 'other', content: 'b' });
    await expect.poll(() => contents(channel)).toEqual(['You said: a', 'You said: b']);
  });

  test('has its place in the order of its conversation, and goes on in its session', async () => {
    const channel = scriptChannel({ threads: true });
    const { gateway } = await startChannelGateway(channel, { entry: { session: 'thread' } });
    const inThread = { conversationId: 'room', chatType: 'group', threadId: 't1', mentionsMe: true } as const;
    await Promise.all(['@nobody 1', '2', '3', '4', '5'].map((content) => channel.say({ content, ...inThread })));
    await channel.say({ content: 'x', ...inThread, threadId: 't2' });
    await expect.poll(() => channel.sent).toHaveLength(6);
    const inOrder = channel.sent.filter(({ message }) => message.threadId === 't1');
    expect(inOrder.map(({ message }) => message.content)).toEqual([
      'You said: @nobody 1',
      ...[2, 3, 4, 5].map((n) => `You said: Ann: ${n}`),
    ]);
    expect(inOrder[0]).toMatchObject({ to: 'room', message: { replyTo: 'in-1' } });
    const { sessions } = (await gateway.call('GET', '/api/v1/sessions', { token: gateway.admin })).json;
    expect(sessions.map(({ name, channel }: { name: string; channel: string }) => [name, channel]).sort()).toEqual([
      ['thread:room:t1', 'chat'],
      ['thread:room:t2', 'chat'],
    ]);
  });

  test('of another program, of a group that does not speak to us, or of somebody blocked is nothing', async () => {
    const channel = scriptChannel();
    const { ask } = await startChannelGateway(channel);
    await ask('POST', '/channels/chat/peers', { peerId: 'eve', status: 'blocked' });
    await channel.say({ content: 'bot', from: { id: 'robot', isBot: true } });
    await channel.say({ content: 'not for you', chatType: 'group', conversationId: 'room' });
    await channel.say({ content: 'blocked', from: { id: 'eve' } });
    await channel.say({ content: '@nobody hi', chatType: 'group', conversationId: 'room', mentionsMe: true });
    await expect.poll(() => contents(channel)).toEqual(['You said: @nobody hi']);
  });

  test('that was one too many is refused once, politely', async () => {
    const clock = createManualClock();
    const channel = scriptChannel();
    await startChannelGateway(channel, { clock, entry: { rateLimit: 2 } });
    for (const content of ['1', '2', '3', '4', '5']) await channel.say({ content });
    await channel.say({ content: 'other', from: { id: 'bob' } });
    await expect
      .poll(() => contents(channel).sort())
      .toEqual([
        'Those were too many messages (at most 2 a minute); the last one was not taken. Please write again in a minute.',
        'You said: 1',
        'You said: 2',
        'You said: other',
      ]);
    await pass(clock, 30_000);
    await channel.say({ content: '6' });
    await expect.poll(() => contents(channel)).toContain('You said: 6');
  });

  test('in quiet hours is kept, and answered afterwards', async () => {
    const clock = createManualClock(Date.parse('2026-11-25T21:59:00Z'));
    const channel = scriptChannel();
    await startChannelGateway(channel, { clock, entry: { quietHours: { from: '22:00', to: '07:00', timezone: 'UTC' } } });
    await pass(clock, 60_000);
    await channel.say({ content: 'one' });
    await channel.say({ content: 'two' });
    clock.setWall(Date.parse('2026-11-26T06:59:00Z'));
    await pass(clock, 40_000);
    expect(contents(channel)).toEqual([]);
    await pass(clock, 60_000);
    await expect.poll(() => contents(channel)).toEqual(['You said: one', 'You said: two']);
  });
});

describe('strangers', () => {
  test('are given a code once, and are let in by it', async () => {
    const clock = createManualClock();
    const channel = scriptChannel();
    const { ask } = await startChannelGateway(channel, { clock, entry: { senders: 'ask' } });
    await channel.say({ content: 'hi' });
    await channel.say({ content: 'hello?' });
    await expect.poll(() => channel.sent).toHaveLength(1);
    const code = /: (\w{4}-\w{4})/.exec(contents(channel)[0] ?? '')?.[1] ?? '';
    expect((await ask('POST', '/channels/chat/pair', { code: 'AAAA-AAAA' })).json.error.code).toBe('PAIRING_CODE_UNKNOWN');
    const { peer } = (await ask('POST', '/channels/chat/pair', { code: code.toLowerCase().replace('-', ' ') })).json;
    expect(peer).toMatchObject({ id: 'ann', name: 'Ann', status: 'allowed' });
    expect((await ask('POST', '/channels/chat/pair', { code })).json.error.code).toBe('PAIRING_CODE_UNKNOWN');
    await expect.poll(() => contents(channel).slice(1)).toEqual(['You are in. Say hello, or ask what you wanted to ask.']);
    await channel.say({ content: 'now?' });
    await expect.poll(() => contents(channel).slice(2)).toEqual(['You said: now?']);
    await ask('DELETE', '/channels/chat/peers?peerId=ann');
    await channel.say({ content: '你好' });
    await expect.poll(() => contents(channel)[3]).toMatch(/配对码/);
    clock.setWall(clock.now() + 3_600_001);
    await channel.say({ content: 'again' });
    await expect.poll(() => channel.sent).toHaveLength(5);
  });

  test('are told that they are in, where they asked and in their language, once', async () => {
    const channel = scriptChannel({ threads: true });
    const { ask } = await startChannelGateway(channel, { entry: { senders: 'ask' } });
    const set = (status: string, peerId = 'ann') => ask('POST', '/channels/chat/peers', { peerId, status });
    await channel.say({ content: '你好', chatType: 'group', conversationId: 'room', threadId: 't', mentionsMe: true });
    await expect.poll(() => channel.sent).toHaveLength(1);
    await set('allowed');
    await expect.poll(() => channel.sent).toHaveLength(2);
    expect(channel.sent[1]).toMatchObject({
      to: 'room',
      message: { content: expect.stringContaining('你已通过配对'), threadId: 't', replyTo: 'in-1' },
    });
    // Neither who was in already, nor who never asked, nor who is kept out.
    await set('owner');
    await set('blocked');
    await set('allowed');
    await set('allowed', 'bob');
    await channel.say({ content: 'hi', from: { id: 'eve' } });
    await expect.poll(() => channel.sent).toHaveLength(3);
    await set('blocked', 'eve');
    await channel.say({ content: 'last', from: { id: 'bob' } });
    await expect.poll(() => contents(channel).slice(3)).toEqual(['You said: last']);
  });

  test('meet silence where only the listed are let in', async () => {
    const channel = scriptChannel();
    const { ask } = await startChannelGateway(channel, { entry: { senders: 'listed' } });
    await channel.say({ content: 'hi' });
    await ask('POST', '/channels/chat/peers', { peerId: 'bob', status: 'allowed' });
    await channel.say({ content: 'hi', from: { id: 'bob' } });
    await expect.poll(() => contents(channel)).toEqual(['You said: hi']);
    expect((await ask('GET', '/channels/chat/peers')).json.peers).toMatchObject([{ id: 'bob', status: 'allowed' }]);
  });
});

describe('what is to be sent', () => {
  test('is tried again, in order, while other conversations go on', async () => {
    const clock = createManualClock();
    const channel = scriptChannel();
    const { ask } = await startChannelGateway(channel, { clock });
    let refusals = 2;
    channel.script = ({ to }) => {
      if (to === 'ann' && refusals-- > 0) throw channelError('RATE_LIMIT', { retryable: true, retryAfterMs: 10_000 });
    };
    await channel.say({ content: '1' });
    await channel.say({ content: '2' });
    await channel.say({ content: 'b', from: { id: 'bob' } });
    await expect.poll(() => contents(channel)).toEqual(['You said: b']);
    const first = async () => (await ask('GET', '/channels/chat/outbox')).json.messages.findLast(({ to }: { to: string }) => to === 'ann');
    await expect.poll(async () => (await first()).state).toBe('retry');
    await pass(clock, 9_000);
    expect((await first()).attempts).toBe(1);
    await pass(clock, 20_000);
    await expect.poll(async () => (await first()).attempts).toBe(2);
    await pass(clock, 20_000);
    await expect.poll(() => contents(channel)).toEqual(['You said: b', 'You said: 1', 'You said: 2']);
  });

  test('is dead where trying again cannot help, and can be sent again by hand', async () => {
    const channel = scriptChannel();
    const { ask, state } = await startChannelGateway(channel);
    channel.script = () => {
      throw channelError('PEER', { retryable: false });
    };
    await channel.say({ content: '1' });
    await expect.poll(async () => (await state()).dead).toBe(1);
    const [dead] = (await ask('GET', '/channels/chat/outbox?dead=true')).json.messages;
    expect(dead).toMatchObject({ state: 'dead', attempts: 1, content: 'You said: 1', error: 'PEER as asked' });
    channel.script = () => undefined;
    // Forgotten, and had back: in its old place, and not sent by that.
    expect((await ask('DELETE', `/channels/chat/outbox/${dead.id}`)).json).toEqual({ deleted: true, undoUntil: expect.any(Number) });
    expect((await state()).dead).toBe(0);
    expect((await ask('POST', `/channels/chat/outbox/${dead.id}/restore`)).json).toEqual({ message: dead });
    expect((await ask('POST', `/channels/chat/outbox/${dead.id}/restore`)).json.error.code).toBe('UNDO_OVER');
    expect((await ask('GET', '/channels/chat/outbox?dead=true')).json.messages).toEqual([dead]);
    expect((await ask('POST', '/channels/chat/outbox', { messageId: dead.id })).json.message).toMatchObject({
      id: dead.id,
      state: 'pending',
    });
    await expect.poll(() => contents(channel)).toEqual(['You said: 1']);
    expect((await ask('DELETE', `/channels/chat/outbox/${dead.id}`)).json.error.code).toBe('MESSAGE_UNKNOWN');
  });

  test('is marked where a crash leaves it in doubt, and dead after the second', async () => {
    const clock = createManualClock();
    const channel = scriptChannel();
    const { ask, pluginHost } = await startChannelGateway(channel, { clock });
    const hang: (() => void)[] = [];
    channel.script = () => new Promise<void>((resolve) => hang.push(resolve));
    await channel.say({ content: '1' });
    const row = async () => (await ask('GET', '/channels/chat/outbox')).json.messages[0];
    for (const [count, expected] of [
      [1, { state: 'retry', maybeDuplicate: true }],
      [2, { state: 'dead' }],
    ] as const) {
      await expect.poll(() => hang.length).toBe(count);
      pluginHost.crash('as asked');
      await expect.poll(row).toMatchObject(expected);
      clock.advance(5_000);
    }
    expect((await row()).error).toMatch(/Whether it arrived is not known/);
  });
});

describe('after a crash', () => {
  test('what was not answered is answered, once', async () => {
    const home = createTestHome();
    const channel = scriptChannel();
    const held = gated(['late']);
    const asked: string[] = [];
    const first = await startChannelGateway(channel, {
      home,
      model: (request) => {
        asked.push(lastUserText(request));
        return held.reply;
      },
    });
    await channel.say({ content: '1' });
    await expect.poll(() => asked).toHaveLength(1);
    await first.gateway.stop();
    const again = scriptChannel();
    await startChannelGateway(again, { home, model: repeats });
    await expect.poll(() => contents(again)).toEqual(['You said: 1']);
    await again.say({ id: 'in-1', content: '1' });
    await again.say({ id: 'new', content: '2' });
    await expect.poll(() => contents(again)).toEqual(['You said: 1', 'You said: 2']);
  });

  test('what hung while it was being sent is sent once more, and the stop did not wait for it', async () => {
    const home = createTestHome();
    const channel = scriptChannel();
    let isHanging = false;
    channel.script = () => {
      isHanging = true;
      return new Promise<void>(() => undefined);
    };
    const first = await startChannelGateway(channel, { home });
    await channel.say({ content: '1' });
    await expect.poll(() => isHanging).toBe(true);
    const at = performance.now();
    await first.gateway.stop();
    expect(performance.now() - at).toBeLessThan(3_000);
    const again = scriptChannel();
    const second = await startChannelGateway(again, { home });
    await expect.poll(() => contents(again)).toEqual(['You said: 1']);
    await expect
      .poll(async () => (await second.ask('GET', '/channels/chat/outbox')).json.messages)
      .toMatchObject([{ state: 'sent', maybeDuplicate: true }]);
  });

  test('a turn that had ended is looked up, not run again', async () => {
    const clock = createManualClock();
    const channel = scriptChannel();
    const asked: string[] = [];
    let faults = 1;
    await startChannelGateway(channel, {
      clock,
      model: (request) => {
        asked.push(lastUserText(request));
        return repeats(request);
      },
      wrapDatabase: (database) => ({
        ...database,
        write: (writes) => {
          if (writes.some(({ op }) => op === 'inbox.end') && faults-- > 0) return Promise.reject(new PluginFailure('the disk is full'));
          return database.write(writes);
        },
      }),
    });
    await channel.say({ content: '1' });
    await expect.poll(() => faults).toBe(0);
    clock.setWall(clock.now() + 25 * 3_600_000);
    await pass(clock, 8_000);
    await expect.poll(() => contents(channel)).toEqual(['You said: 1']);
    expect(asked).toEqual(['1']);
  });
});

describe('the emergency brake', () => {
  test('stops the turns of a channel, and holds what it is to send, until it is released', async () => {
    const channel = scriptChannel();
    const held = gated(['never']);
    let isHeld = true;
    const { ask } = await startChannelGateway(channel, { model: (request) => (isHeld ? held.reply : repeats(request)) });
    await channel.say({ content: '1' });
    await expect.poll(async () => (await ask('GET', '/status')).json.queue.running).toBe(1);
    expect((await ask('POST', '/stop', { what: 'channel', id: 'chat' })).json.cancelled).toBe(1);
    isHeld = false;
    await channel.say({ content: '2' });
    await expect.poll(async () => (await ask('GET', '/channels/chat/outbox')).json.messages).toMatchObject([{ state: 'pending' }]);
    expect(contents(channel)).toEqual([]);
    await ask('POST', '/start', { what: 'channel', id: 'chat' });
    await expect.poll(() => contents(channel)).toEqual(['This was stopped before it was answered.', 'You said: 2']);
  });
});
