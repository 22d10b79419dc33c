import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Batch } from '../src-shared/contract/rest.ts';
import { root, startChild } from './harness/child.ts';
import { openclaw, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { type ChatRequest, type Reply, startUpstream, type Upstream } from './harness/upstream.ts';

let home: Home;
let upstream: Upstream;
let script: (said: string) => Reply;

const saidIn = (request: ChatRequest): string => String(request.messages.at(-1)?.content);
const echo = (said: string): Reply => ({ kind: 'text', chunks: ['re: ', said] });

beforeAll(async () => {
  upstream = await startUpstream((request) => script(saidIn(request)));
  home = createHome();
  home.configure(configFor(upstream.url));
});
beforeEach(() => {
  script = echo;
});
afterAll(async () => {
  await upstream?.stop();
  home?.remove();
});

const lines = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${name} ${i + 1}`);
const write = (name: string, contents: readonly string[]): string => {
  const file = join(home.dir, `${name}.jsonl`);
  writeFileSync(file, contents.map((content) => `${JSON.stringify({ content })}\n`).join(''));
  return file;
};
type Result = { readonly line: number; readonly status: string; readonly finalReply: string; readonly messageId: string };
const parse = (text: string): Result[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const show = async (id: string): Promise<Batch> => JSON.parse((await openclaw(home, ['batch', 'show', id, '--json'])).stdout);

test('a file of 200 messages becomes a file of 200 answers', async () => {
  const gateway = await startGateway(home);
  try {
    const said = lines('plain', 200);
    const output = join(home.dir, 'out.jsonl');
    const { code, stdout, stderr } = await openclaw(home, ['batch', write('plain', said), '--output', output]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('completed: 200 of 200 answered');
    expect(parse(readFileSync(output, 'utf8')).map(({ finalReply }) => finalReply)).toEqual(said.map((content) => `re: ${content}`));
  } finally {
    await gateway.stop();
  }
});

test('kill -9 in the middle: it goes on at the next start, every line is answered, and none as two messages', async () => {
  const first = await startGateway(home);
  const said = lines('killed', 120);
  const before = upstream.requests.length;
  const { stdout } = await openclaw(home, ['batch', write('killed', said), '--no-wait', '--parallel', '4']);
  const id = stdout.trim();
  await upstream.requested(before + 30);
  first.child.kill('SIGKILL');
  await first.child.exited;
  await first.child.stop();

  const second = await startGateway(home);
  try {
    const followed = await openclaw(home, ['batch', 'show', id, '--follow', '--json']);
    expect(JSON.parse(followed.stdout)).toMatchObject({ status: 'completed', total: 120, completed: 120, failed: 0 });
    const results = parse((await openclaw(home, ['batch', 'results', id])).stdout);
    expect(results.map(({ finalReply }) => finalReply)).toEqual(said.map((content) => `re: ${content}`));
    expect(new Set(results.map(({ messageId }) => messageId)).size).toBe(120);
    // One message each in the history too, and only what was being answered at the kill was asked again.
    const sessions = await openclaw(home, ['sessions', 'search', 'killed', '--limit', '200', '--json']);
    const users = JSON.parse(sessions.stdout).filter((hit: { role: string }) => hit.role === 'user');
    expect(users.length).toBeLessThanOrEqual(120);
    const asked = upstream.requests.slice(before).map(({ body }) => saidIn(body));
    expect(new Set(asked).size).toBe(120);
    expect(asked.length).toBeLessThanOrEqual(120 + 4);
  } finally {
    await second.stop();
  }
});

test('Ctrl-C leaves it to the gateway and says how to go on', async () => {
  const gateway = await startGateway(home);
  try {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    script = (said) => ({ kind: 'text', chunks: ['re: ', said], gate: () => released });
    const before = upstream.requests.length;
    const command = startChild(process.execPath, [`${root}/out/main/cli.js`, 'batch', write('left', lines('left', 10))], {
      env: home.env(),
    });
    const [, id = ''] = await command.waitFor(/^(bat_\S+): 10 lines/, { in: 'stderr' });
    await upstream.requested(before + 4);
    command.kill('SIGINT');
    expect(await command.exited).toEqual({ code: 130, signal: null });
    expect(command.stderr()).toContain(`The batch goes on in the gateway.\n  openclaw batch show ${id} --follow`);
    expect(await show(id)).toMatchObject({ status: 'running', running: 4 });
    release();
    expect((await openclaw(home, ['batch', 'show', id, '--follow'])).code).toBe(0);
    expect(await show(id)).toMatchObject({ status: 'completed', completed: 10 });
  } finally {
    await gateway.stop();
  }
});
