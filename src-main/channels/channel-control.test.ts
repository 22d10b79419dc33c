import { describe, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { contents, repeats, startChannelGateway } from '../testing/channel-gateway.ts';
import { scriptChannel } from '../testing/scripted-channel.ts';
import type { ChatRequest, Reply } from '../testing/upstream.ts';
import { createMemoryPluginStore } from './install/memory-plugin-store.ts';
import { createMemoryPluginHost } from './memory-plugin-host.ts';

const secretful = {
  configSchema: {
    type: 'object',
    properties: { greeting: { type: 'string' }, token: { type: 'string' } },
    required: ['token'],
    additionalProperties: false,
  },
  uiHints: { token: { sensitive: true } },
};

describe('an entry', () => {
  test('gets its options from the file and its secrets from the keychain, and nothing else is restarted', async () => {
    const channel = scriptChannel({}, secretful);
    const other = scriptChannel({}, {}, 'other');
    const plugins = createMemoryPluginStore({ clock: systemClock, bundled: [channel.stored, other.stored] });
    const pluginHost = createMemoryPluginHost({ clock: systemClock, plugins: { chat: channel.plugin, other: other.plugin } });
    const { ask, state, gateway } = await startChannelGateway(other, {
      config: { channels: { other: { enabled: true, senders: 'anyone' } } },
      id: 'other',
      ports: { plugins, pluginHost },
    });
    const before = other.context();
    await ask('PATCH', '/channels/chat', { enabled: true, senders: 'anyone', options: { greeting: 'hi' } });
    expect(await state('chat')).toMatchObject({ state: 'needs-auth', detail: 'It needs "token": set it in the console.' });
    expect((await ask('PATCH', '/channels/chat', { options: { token: 'x' } })).json.error.message).toMatch(/secret/);
    expect((await ask('PATCH', '/channels/chat', { secrets: { other: 'x' } })).json.error.message).toMatch(/no secret "other"/);
    await ask('PATCH', '/channels/chat', { secrets: { token: 'hunter2' } });
    await expect.poll(async () => (await state('chat')).state).toBe('running');
    expect(channel.context().config).toEqual({ greeting: 'hi' });
    expect([await channel.context().secrets.get('token'), await channel.context().secrets.get('greeting')]).toEqual(['hunter2', null]);
    expect(await gateway.configFile.read()).not.toContain('hunter2');
    await channel.say({ content: 'x' });
    await expect.poll(() => contents(channel)).toEqual(['You said: x']);
    expect(other.context()).toBe(before);
    await ask('PATCH', '/channels/chat', { options: { greeting: 5 } });
    await expect.poll(async () => (await state('chat')).state).toBe('broken');
    expect((await state('chat')).detail).toMatch(/options\/greeting must be string/);
    await other.say({ content: 'still here' });
    await expect.poll(() => contents(other)).toEqual(['You said: still here']);
  });

  test('without its plugin is said to be so, and runs when that is installed', async () => {
    const channel = scriptChannel();
    const late = scriptChannel({}, {}, 'late');
    const { ask, state, plugins } = await startChannelGateway(channel);
    await ask('PATCH', '/channels/two', { enabled: true, plugin: 'late' });
    await expect.poll(async () => (await state('two')).state).toBe('not-installed');
    plugins.add(late.stored);
    await expect.poll(async () => (await state('two')).state).not.toBe('not-installed');
    await ask('PATCH', '/channels/two', { enabled: false });
    await expect.poll(async () => (await state('two')).state).toBe('disabled');
    expect((await ask('POST', '/channels/two/start')).json.error.code).toBe('CHANNEL_OFF');
  });

  test('is stopped and started by hand, which ends its turns', async () => {
    const channel = scriptChannel();
    let never = true;
    const { ask, state } = await startChannelGateway(channel, { model: (request) => (never ? { kind: 'never' } : repeats(request)) });
    await channel.say({ content: '1' });
    await expect.poll(async () => (await ask('GET', '/status')).json.queue.running).toBe(1);
    expect((await ask('POST', '/channels/chat/stop')).json.channel).toMatchObject({ state: 'stopped' });
    await expect.poll(async () => (await ask('GET', '/status')).json.queue.running).toBe(0);
    expect((await ask('POST', '/channels/chat/test', { to: 'ann' })).json.error.code).toBe('CHANNEL_OFF');
    never = false;
    await ask('POST', '/channels/chat/start');
    await expect.poll(async () => (await state()).state).toBe('running');
    await channel.say({ content: '2' });
    await expect.poll(() => contents(channel)).toEqual(['This was stopped before it was answered.', 'You said: 2']);
    expect((await ask('POST', '/channels/chat/test', { to: 'bob' })).json).toMatchObject({ ok: true, receiptId: 'p-3' });
  });

  test('tells of its states on the topic channels', async () => {
    const { ask, gateway } = await startChannelGateway(scriptChannel());
    const socket = await gateway.ws();
    socket.send({ type: 'subscribe', topics: ['channels'] });
    const stateIs = (state: string) =>
      socket.waitFor(
        (frame) =>
          frame.type === 'event' &&
          (frame as unknown as { data: { channels: { id: string; state: string }[] } }).data.channels.some(
            (one) => one.id === 'chat' && one.state === state,
          ),
      );
    await stateIs('running');
    await ask('POST', '/channels/chat/stop');
    await stateIs('stopped');
  });

  test('says when it last heard and sent something, also on the topic channels', async () => {
    const channel = scriptChannel();
    const { ask, state, gateway } = await startChannelGateway(channel);
    expect(await state()).toMatchObject({ lastInAt: null, lastOutAt: null });
    const socket = await gateway.ws();
    socket.send({ type: 'subscribe', topics: ['channels'] });
    type Told = { readonly lastInAt: number | null; readonly lastOutAt: number | null; readonly waiting: number };
    const told = (is: (chat: Told) => boolean) =>
      socket.waitFor(
        (frame) =>
          frame.type === 'event' &&
          (frame as unknown as { data: { channels: (Told & { id: string })[] } }).data.channels.some((one) => one.id === 'chat' && is(one)),
      );
    await told(({ lastInAt }) => lastInAt === null);
    const before = systemClock.now();
    await channel.say({ content: 'x' });
    await told(({ lastInAt, lastOutAt, waiting }) => (lastInAt ?? 0) >= before && (lastOutAt ?? 0) >= before && waiting === 0);
    expect((await ask('GET', '/channels/chat')).json.channel.lastOutAt).toBeGreaterThanOrEqual(before);
  });
});

describe('a file', () => {
  test('comes with a message, if the channel handed it over', async () => {
    const channel = scriptChannel();
    const asked: string[] = [];
    await startChannelGateway(channel, {
      model: (request) => {
        asked.push(JSON.stringify(request.messages));
        return repeats(request);
      },
    });
    const file = await channel
      .context()
      .blobs.write({ name: '../notes.txt', type: 'text/plain', data: Buffer.from('the secret word is plum') });
    expect(file).toMatchObject({ name: 'notes.txt', type: 'text/plain', size: 23 });
    expect(Buffer.from(await channel.context().blobs.read(file.blob)).toString()).toBe('the secret word is plum');
    const foreign = { ...file, blob: `upl_${'a'.repeat(22)}` };
    await channel.say({ content: '', attachments: [file, foreign] });
    await expect.poll(() => asked).toHaveLength(1);
    expect(asked[0]).toContain('notes.txt');
    await expect(channel.context().blobs.read(foreign.blob)).rejects.toMatchObject({ code: 'PEER' });
  });
});

describe('files of somebody whom nobody has let in', () => {
  test('do not stay', async () => {
    const channel = scriptChannel();
    const { ask } = await startChannelGateway(channel, { entry: { senders: 'ask' } });
    const { blobs } = channel.context();
    const send = async (content: string) => {
      const file = await blobs.write({ name: 'a.bin', type: 'application/octet-stream', data: Buffer.alloc(100) });
      await channel.say({ content, attachments: [file] });
      return file.blob;
    };
    const asked = await send('hi');
    await expect.poll(() => channel.sent).toHaveLength(1);
    const again = await send('hello?');
    for (const blob of [asked, again]) await expect.poll(() => blobs.read(blob).catch(({ code }) => code)).toBe('PEER');
    await ask('POST', '/channels/chat/peers', { peerId: 'ann', status: 'allowed' });
    const kept = await send('now?');
    await expect.poll(() => channel.sent).toHaveLength(2);
    expect(await blobs.read(kept)).toHaveLength(100);
  });
});

describe('what a platform posts', () => {
  test('goes to the plugin as it came, and its answer back', async () => {
    const channel = scriptChannel();
    const { gateway, ask } = await startChannelGateway(channel);
    const post = (path: string, body = '{ "a":1 }', headers = {}) => gateway.call('POST', path, { body, headers });
    channel.context().onRequest(({ method, query, headers, body }) => {
      if (method === 'GET') return { body: 'seen' };
      if (query === 'script') return { headers: { 'content-type': 'text/javascript', 'X-Accel-Redirect': '/etc' }, body: 'alert(1)' };
      if (query === 'fail') throw new Error('as asked');
      return {
        status: 418,
        headers: { 'Content-Type': 'text/html', 'Set-Cookie': 'a=b', 'X-Own': 'yes', 'Access-Control-Allow-Origin': '*' },
        body: `${query}|${headers['x-sign']}|${headers.cookie}|${Buffer.from(body)}`,
      };
    });
    // The handler is told to the process without an answer.
    await ask('POST', '/channels/chat/test', { to: 'x' });
    const answer = await post('/api/v1/hooks/chat?b=%20&b=2', '{ "a":1 }', { 'X-Sign': 's', Cookie: 'c=1' });
    expect(answer).toMatchObject({ status: 418, text: 'b=%20&b=2|s|undefined|{ "a":1 }' });
    expect(answer.headers).toMatchObject({ 'content-type': 'text/html', 'x-own': 'yes', 'x-content-type-options': 'nosniff' });
    expect(answer.headers['content-security-policy']).toMatch(/^sandbox/);
    expect(answer.headers['set-cookie'] ?? answer.headers['access-control-allow-origin']).toBeUndefined();
    // The console's own pages may load scripts of this origin, and a proxy before it reads what is meant for it.
    const script = await post('/api/v1/hooks/chat?script');
    expect(script.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8' });
    expect(script.headers).not.toHaveProperty('x-accel-redirect');
    expect((await gateway.call('GET', '/api/v1/hooks/chat')).text).toBe('seen');
    expect((await post('/api/v1/hooks/chat?fail')).json.error.code).toBe('CHANNEL_FAILED');
    expect((await post('/api/v1/hooks/nobody')).json.error.code).toBe('HOOK_REFUSED');
    expect((await post('/api/v1/hooks/chat', 'x'.repeat(1024 * 1024 + 1))).json.error.code).toBe('BODY_TOO_LARGE');
    await ask('POST', '/channels/chat/stop');
    expect((await post('/api/v1/hooks/chat')).json.error.code).toBe('CHANNEL_OFF');
  });
});

describe('an approval', () => {
  const writes = (request: ChatRequest): Reply => {
    const last = request.messages.findLast(({ role }) => role === 'user' || role === 'tool');
    return last?.role === 'tool'
      ? { kind: 'text', chunks: [String(last.content)] }
      : { kind: 'tools', calls: [{ id: 'call_1', name: 'file_write', arguments: { path: 'a.txt', content: 'x' } }] };
  };
  const actionsOf = (channel: ReturnType<typeof scriptChannel>) => channel.sent[0]?.message.actions?.map(({ id }) => id) ?? [];

  test('is given by the button of a paired owner, never by anybody else, never by text', async () => {
    const channel = scriptChannel({ actions: true });
    const { ask } = await startChannelGateway(channel, { model: writes });
    await ask('POST', '/channels/chat/peers', { peerId: 'boss', status: 'owner' });
    await ask('POST', '/channels/chat/peers', { peerId: 'friend', status: 'allowed' });
    await channel.say({ content: 'write it' });
    await expect.poll(() => channel.sent).toHaveLength(1);
    expect(contents(channel)[0]).toContain('create a.txt (1 bytes)');
    const [approve = '', deny = ''] = actionsOf(channel);
    const pending = async () => (await ask('GET', '/approvals?pending=true')).json.approvals.length;
    for (const who of ['ann', 'friend', 'nobody'])
      expect(await channel.press(approve, who)).toBe('Only an owner of this gateway can answer this.');
    await channel.say({ content: 'approve', from: { id: 'boss' } });
    expect(await pending()).toBeGreaterThan(0);
    expect(await channel.press(approve, 'boss')).toBe('Approved.');
    expect(await channel.press(deny, 'boss')).toBe('This is over already.');
    expect(await channel.press('approve:anything', 'boss')).toBe('This is over already.');
    await expect.poll(() => contents(channel)).toContain('Wrote 1 bytes to a.txt.');
  });

  test('that needs the PIN, or in a channel without buttons, is left to the console', async () => {
    const channel = scriptChannel({ actions: true });
    const { ask } = await startChannelGateway(channel, { model: writes, config: { security: { requirePinFor: ['file_write'] } } });
    await ask('POST', '/channels/chat/peers', { peerId: 'boss', status: 'owner' });
    await ask('POST', '/pin', { pin: '2468' });
    await channel.say({ content: 'write it' });
    await expect.poll(() => channel.sent).toHaveLength(1);
    expect(channel.sent[0]?.message).toMatchObject({ content: expect.stringContaining('Answer it in the console') });
    expect(actionsOf(channel)).toEqual([]);
    const [{ id }] = (await ask('GET', '/approvals?pending=true')).json.approvals;
    expect(await channel.press(`approve:${id}`, 'boss')).toMatch(/console/);
    expect((await ask('GET', '/approvals?pending=true')).json.approvals).toHaveLength(1);
  });
});
