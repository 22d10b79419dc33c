import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ModelClient, ModelEvent, ModelRequest } from './model-client.ts';
import { createModelTransport, type ModelTransport } from './model-transport.ts';
import { answer, hangUp, type ScriptedUpstream, sse, sseThenHangUp, startScriptedUpstream } from './scripted-upstream.ts';

/** A wire that goes through the suite. `fixtures/<fixtures>/` holds its streams, byte for byte as providers send them. */
export type WireUnderTest = {
  readonly fixtures: string;
  readonly create: (options: {
    readonly baseUrl: string;
    readonly transport: ModelTransport;
    readonly apiKey: string | null;
  }) => ModelClient;
  readonly toolCallIds: readonly string[];
};

const secretKey = 'sk-test-4242424242';

export const fixture = (wire: string, name: string): Buffer => readFileSync(new URL(`./fixtures/${wire}/${name}`, import.meta.url));

export const aRequest = (over: Partial<ModelRequest> = {}): ModelRequest => ({
  system: 'Be brief.',
  messages: [{ role: 'user', content: '你好' }],
  tools: [],
  traceId: 'trace-1',
  ...over,
});

/** All events; asserts the one promise every stream makes: exactly one terminal event, and it is the last. */
export const collect = async (stream: AsyncIterable<ModelEvent>): Promise<readonly ModelEvent[]> => {
  const events: ModelEvent[] = [];
  for await (const event of stream) events.push(event);
  const terminal = events.filter(({ type }) => type === 'end' || type === 'error');
  expect(terminal).toHaveLength(1);
  expect(events.at(-1)).toBe(terminal[0]);
  return events;
};

export const textOf = (events: readonly ModelEvent[]): string => events.map((event) => (event.type === 'text' ? event.text : '')).join('');
export const errorOf = (events: readonly ModelEvent[]) => {
  const last = events.at(-1);
  if (last?.type !== 'error') throw new Error(`ended with ${last?.type}`);
  return last.error;
};

export const describeModelClient = (name: string, wire: WireUnderTest): void => {
  describe(name, () => {
    let upstream: ScriptedUpstream;
    let transport: ModelTransport;
    let slept: number[] = [];
    const opened: ModelTransport[] = [];

    const open = (options: Parameters<typeof createModelTransport>[0] = {}): ModelTransport => {
      const made = createModelTransport({ random: () => 0.5, now: () => 1_750_000_000_000, ...options });
      opened.push(made);
      return made;
    };
    const noted = (ms: number): Promise<void> => {
      slept.push(ms);
      return Promise.resolve();
    };
    const client = (over: { transport?: ModelTransport; apiKey?: string | null } = {}): ModelClient =>
      wire.create({ baseUrl: upstream.origin, transport, apiKey: secretKey, ...over });
    const ask = (model = client(), signal = new AbortController().signal) => collect(model.stream(aRequest(), signal));
    const bytes = (file: string): Buffer => fixture(wire.fixtures, file);
    const text = (file: string): string => bytes(file).toString('utf8');

    beforeAll(async () => {
      upstream = await startScriptedUpstream();
      transport = open({ sleep: noted });
    });
    afterEach(() => {
      slept = [];
    });
    afterAll(async () => {
      for (const made of opened) await made.close();
      await upstream.close();
    });

    it('streams text and usage', async () => {
      upstream.play(sse(bytes('text.sse')));
      const events = await ask();
      expect(events).toEqual([
        { type: 'text', text: 'Grüße, ' },
        { type: 'text', text: '你好' },
        { type: 'text', text: ' 👩‍💻!' },
        { type: 'usage', inputTokens: wire.fixtures === 'anthropic' ? 30 : 19, outputTokens: 7 },
        { type: 'end', reason: 'stop' },
      ]);
    });

    it('joins parallel tool calls from their fragments', async () => {
      upstream.play(sse(bytes('parallel-tools.sse')));
      const calls = (await ask()).flatMap((event) => (event.type === 'tool_call' ? [event.call] : []));
      expect(calls.map(({ id }) => id)).toEqual(wire.toolCallIds);
      expect(calls.slice(0, 2).map(({ name, argumentsJson }) => [name, JSON.parse(argumentsJson)])).toEqual([
        ['list_dir', { path: 'src' }],
        ['file_read', { path: '读我.md' }],
      ]);
      expect((await ask()).at(-1)).toEqual({ type: 'end', reason: 'tool_calls' });
    });

    it('tells reasoning apart from the reply', async () => {
      upstream.play(sse(bytes('reasoning.sse')));
      const events = await ask();
      expect(events.filter(({ type }) => type === 'reasoning')).toEqual([
        { type: 'reasoning', text: 'The user ' },
        { type: 'reasoning', text: 'greets.' },
      ]);
      expect(textOf(events)).toBe('Hello.');
    });

    it.each([
      ['refusal', "I'm sorry, I can't help with that."],
      ['length', 'Once upon a'],
    ] as const)('ends a %s with its reason', async (reason, said) => {
      upstream.play(sse(bytes(`${reason}.sse`)));
      const events = await ask();
      expect(textOf(events)).toBe(said);
      expect(events.at(-1)).toEqual({ type: 'end', reason });
    });

    it('takes a whole JSON answer from a server that does not stream', async () => {
      upstream.play(answer(200, text('whole.json')));
      expect(await ask()).toEqual([
        { type: 'text', text: 'All at once.' },
        { type: 'usage', inputTokens: 5, outputTokens: 4 },
        { type: 'end', reason: 'stop' },
      ]);
    });

    it('reads the same whatever the byte at which packets part, with LF, CRLF and CR', async () => {
      for (const file of ['text.sse', 'parallel-tools.sse']) {
        upstream.play(sse(bytes(file)));
        const whole = await ask();
        const joined = (events: readonly ModelEvent[]) => [textOf(events), ...events.filter(({ type }) => type !== 'text')];
        const crlf = Buffer.from(text(file).replaceAll('\n', '\r\n'));
        for (const stream of [bytes(file), crlf]) {
          upstream.play(...Array.from({ length: stream.length - 1 }, (_, at) => sse(stream.subarray(0, at + 1), stream.subarray(at + 1))));
          const reader = async (turns: number): Promise<void> => {
            for (let turn = 0; turn < turns; turn++) expect(joined(await ask())).toEqual(joined(whole));
          };
          await Promise.all(Array.from({ length: 16 }, () => reader(Math.ceil(stream.length / 16))));
        }
        upstream.play(sse(...Array.from(crlf, (byte) => Buffer.from([byte]))));
        expect(joined(await ask())).toEqual(joined(whole));
        upstream.play(sse(text(file).replaceAll('\n', '\r')));
        expect(joined(await ask())).toEqual(joined(whole));
        upstream.play(sse(`\uFEFF: a comment\n\n${text(file).trimEnd()}`));
        expect(joined(await ask())).toEqual(joined(whole));
      }
    }, 60_000);

    it('tells an error in mid-stream after the text before it', async () => {
      upstream.play(sse(bytes('error-midstream.sse')));
      const events = await ask();
      expect(textOf(events)).toBe('Half');
      expect(errorOf(events)).toMatchObject({ code: 'MODEL_FAILED', retryable: true });
      expect(upstream.seen.at(-1)?.body.stream).toBe(true);
    });

    it.each([
      ['by a closed socket', () => sseThenHangUp(bytes('cut-off.sse'))],
      ['by an early end', () => sse(bytes('cut-off.sse'))],
    ] as const)('tells a cut-off %s, and does not try again', async (_how, script) => {
      upstream.play(script());
      const before = upstream.seen.length;
      const events = await ask();
      expect(textOf(events)).toBe('Half');
      expect(errorOf(events).code).toBe('MODEL_CUT_OFF');
      expect(upstream.seen.length - before).toBe(1);
    });

    it.each([
      [
        'a web page',
        (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html><title>Sign in</title>'),
      ],
      [
        'a web page that claims to be a stream',
        (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end('<html>\n\n</html>\n'),
      ],
      [
        'events that are not JSON',
        (response: ServerResponse) =>
          response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: oops\n\ndata: [DONE]\n\n'),
      ],
      [
        'events of another shape',
        (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: [1]\n\n'),
      ],
      [
        'JSON of another shape',
        (response: ServerResponse) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"hello":1}'),
      ],
      ['half a JSON', (response: ServerResponse) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"choices":[')],
      ['another content type', (response: ServerResponse) => response.writeHead(200, { 'content-type': 'image/png' }).end('x')],
      ['something that is not HTTP', (response: ServerResponse) => response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n')],
    ])('names garbage: %s', async (_what, script) => {
      upstream.play((response) => void script(response));
      expect(errorOf(await ask())).toMatchObject({ code: 'MODEL_GARBAGE', retryable: false });
      expect(slept).toEqual([]);
    });

    it('bounds one event and the whole answer', async () => {
      const event = open({ limits: { event: 1024 } });
      upstream.play(sse('data: ', 'x'.repeat(4096)));
      expect(errorOf(await ask(client({ transport: event })))).toMatchObject({
        code: 'MODEL_GARBAGE',
        message: expect.stringContaining('1024'),
      });
      const total = open({ limits: { total: 2048 } });
      upstream.play(sse(': comment\n\n'.repeat(400)));
      expect(errorOf(await ask(client({ transport: total })))).toMatchObject({
        code: 'MODEL_GARBAGE',
        message: expect.stringContaining('2048'),
      });
    });

    it('names a refused key and never shows it', async () => {
      upstream.play(answer(401, text('401.json')));
      const error = errorOf(await ask());
      expect(error).toMatchObject({ code: 'MODEL_AUTH', retryable: false, hint: expect.stringContaining('keyRef') });
      expect(error.message).not.toContain(secretKey);
      expect(error.message).toContain('***');
      expect(JSON.stringify(upstream.seen.at(-1)?.headers)).toContain(secretKey);
      expect(slept).toEqual([]);
    });

    it('waits as long as the provider asks, then goes on', async () => {
      upstream.play(answer(429, text('429.json'), { 'retry-after': '7' }), sse(bytes('text.sse')));
      expect((await ask()).at(-1)?.type).toBe('end');
      expect(slept).toEqual([7000]);
      upstream.play(answer(429, text('429.json'), { 'retry-after': '9', 'retry-after-ms': '1500' }), sse(bytes('text.sse')));
      await ask();
      upstream.play(answer(503, '', { 'retry-after': new Date(1_750_000_012_000).toUTCString() }), sse(bytes('text.sse')));
      await ask();
      expect(slept).toEqual([7000, 1500, 12_000]);
    });

    it('gives up a wait that is too long, and says when to come back', async () => {
      upstream.play(answer(429, text('429.json'), { 'retry-after': '3600' }));
      expect(errorOf(await ask())).toMatchObject({ code: 'MODEL_RATE_LIMITED', retryAfterMs: 3_600_000, retryable: true });
      expect(slept).toEqual([]);
    });

    it.each([408, 500, 502, 503, 504, 529])('backs off after %i, three attempts in all', async (status) => {
      upstream.play(answer(status, '{"error":{"message":"upstream \\u001b[31mtrouble"}}'));
      const before = upstream.seen.length;
      expect(errorOf(await ask())).toMatchObject({
        code: status === 408 ? 'MODEL_TIMEOUT' : 'MODEL_FAILED',
        retryable: true,
        message: expect.stringMatching(/: upstream \[31mtrouble$/),
      });
      expect(upstream.seen.length - before).toBe(3);
      expect(slept).toEqual([300, 600]);
    });

    it.each([400, 402, 404, 413, 422])('passes on why a request was rejected with %i, shortened', async (status) => {
      upstream.play(answer(status, JSON.stringify({ error: { message: `no Zq4242-unlike-any-key ${'long '.repeat(200)}` } })));
      const error = errorOf(await ask(client({ apiKey: 'Zq4242-unlike-any-key' })));
      expect(error).toMatchObject({ code: 'MODEL_REJECTED', retryable: false });
      expect(error.message).toContain('no *** long');
      expect(error.message.length).toBeLessThan(450);
      expect(slept).toEqual([]);
    });

    it('tries again when the connection breaks before the answer', async () => {
      upstream.play(hangUp, sse(bytes('text.sse')));
      expect((await ask()).at(-1)?.type).toBe('end');
      expect(slept).toEqual([300]);
    });

    it('names a server that is not there', async () => {
      const gone = await startScriptedUpstream();
      await gone.close();
      const error = errorOf(
        await collect(wire.create({ baseUrl: gone.origin, transport, apiKey: null }).stream(aRequest(), new AbortController().signal)),
      );
      expect(error).toMatchObject({ code: 'MODEL_UNREACHABLE', retryable: true, hint: expect.stringContaining('Ollama') });
      expect(error.message).toContain(`127.0.0.1:${gone.port}`);
      expect(slept).toEqual([300, 600]);
    });

    it('times out when no answer begins', async () => {
      const quick = open({ timeouts: { firstByte: 30 }, sleep: noted });
      upstream.play(() => undefined);
      expect(errorOf(await ask(client({ transport: quick })))).toMatchObject({
        code: 'MODEL_TIMEOUT',
        message: expect.stringContaining('did not begin'),
      });
      upstream.play((response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders());
      expect(errorOf(await ask(client({ transport: quick })))).toMatchObject({
        code: 'MODEL_TIMEOUT',
        message: expect.stringContaining('did not begin'),
      });
      expect(slept).toEqual([]);
    });

    it('times out when an answer stalls, after what it said', async () => {
      const quick = open({ timeouts: { idle: 30 } });
      const closed = new Promise<void>((resolve) => {
        upstream.play((response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.write(bytes('cut-off.sse'));
          response.on('close', () => resolve());
        });
      });
      const events = await ask(client({ transport: quick }));
      expect(textOf(events)).toBe('Half');
      expect(errorOf(events)).toMatchObject({ code: 'MODEL_TIMEOUT', message: expect.stringContaining('middle of its answer') });
      await closed;
    });

    it('lets an answer take its time as long as something comes', async () => {
      const quick = open({ timeouts: { idle: 500 } });
      upstream.play((response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        let left = 4;
        const timer = setInterval(() => {
          if (left-- > 0) return void response.write(': still thinking\n\n');
          clearInterval(timer);
          response.end(bytes('text.sse'));
        }, 180);
      });
      expect((await ask(client({ transport: quick }))).at(-1)?.type).toBe('end');
    });

    it('is content with a finish reason whose trailer never comes', async () => {
      const quick = open({ timeouts: { trailer: 20 } });
      const cut = text('text.sse').replace(/(event: message_stop|data: \[DONE\])[\s\S]*$/, '');
      upstream.play((response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(cut));
      expect((await ask(client({ transport: quick }))).at(-1)).toEqual({ type: 'end', reason: 'stop' });
      upstream.play(sse(cut));
      expect((await ask()).at(-1)).toEqual({ type: 'end', reason: 'stop' });
      upstream.play(sseThenHangUp(cut));
      expect((await ask()).at(-1)).toEqual({ type: 'end', reason: 'stop' });
    });

    it('closes the socket at once when aborted in mid-stream', async () => {
      const abort = new AbortController();
      const closed = new Promise<void>((resolve) => {
        upstream.play((response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.write(bytes('cut-off.sse'));
          response.on('close', () => resolve());
        });
      });
      const events: ModelEvent[] = [];
      for await (const event of client().stream(aRequest(), abort.signal)) {
        events.push(event);
        if (event.type === 'text') abort.abort(new Error('enough'));
      }
      await closed;
      expect(events.map(({ type }) => type)).toEqual(['text', 'error']);
      expect(errorOf(events).cause).toMatchObject({ message: 'enough' });
    });

    it('closes the socket when the reader leaves the loop', async () => {
      const closed = new Promise<void>((resolve) => {
        upstream.play((response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.write(bytes('cut-off.sse'));
          response.on('close', () => resolve());
        });
      });
      for await (const _event of client().stream(aRequest(), new AbortController().signal)) break;
      await closed;
    });

    it('ends at once when aborted before the call, before the answer, and while backing off', async () => {
      const before = upstream.seen.length;
      expect(errorOf(await ask(client(), AbortSignal.abort())).message).toContain('cancelled');
      expect(upstream.seen.length).toBe(before);

      const abort = new AbortController();
      upstream.play(() => abort.abort());
      expect(errorOf(await ask(client(), abort.signal)).message).toContain('cancelled');

      const backingOff = new AbortController();
      let sleeping: AbortSignal | null = null;
      const patient = open({
        sleep: (_ms, signal) => {
          sleeping = signal;
          backingOff.abort();
          return once(signal, 'never', { signal });
        },
      });
      upstream.play(answer(503, ''));
      expect(errorOf(await ask(client({ transport: patient }), backingOff.signal)).message).toContain('cancelled');
      expect(sleeping).toMatchObject({ aborted: true });
    });

    it('uses its connections again', async () => {
      upstream.play(sse(bytes('text.sse')));
      await ask();
      const before = upstream.connections();
      for (let turn = 0; turn < 5; turn++) await ask();
      expect(upstream.connections() - before).toBeLessThanOrEqual(1);
    });

    it('loses nothing to a slow reader', async () => {
      const [head = '', ...rest] = text('text.sse').split(/(?<=\n\n)/);
      const piece = rest.find((event) => event.includes('你好')) ?? '';
      const start = rest.slice(0, rest.indexOf(piece)).join('');
      const tail = rest.slice(rest.indexOf(piece) + 1).join('');
      upstream.play(sse(head + start + piece.repeat(5000), piece.repeat(5000), tail));
      let seen = 0;
      for await (const event of client().stream(aRequest(), new AbortController().signal)) {
        if (event.type === 'text' && event.text === '你好') seen++;
        if (seen % 1000 === 0) await new Promise(setImmediate);
      }
      expect(seen).toBe(10_000);
    });

    it('streams 128 answers side by side', async () => {
      upstream.play(sse(bytes('text.sse').subarray(0, 300), bytes('text.sse').subarray(300)));
      const all = await Promise.all(Array.from({ length: 128 }, () => ask()));
      expect(all.every((events) => events.at(-1)?.type === 'end')).toBe(true);
    });
  });
};
