import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ToolCall } from '../../../src-shared/contract/events.ts';
import { createTestHome, putFile, startTestGateway, type TestGateway, type TestHome } from '../../testing/test-gateway.ts';
import { type Reply, startUpstream, type Upstream } from '../../testing/upstream.ts';

/** A model that calls what the test says and then repeats what it was told. */
let calls: Extract<Reply, { kind: 'tools' }>['calls'] = [];
let upstream: Upstream;
let home: TestHome;
let t: TestGateway;
const secret = 'nobody may read this';

beforeAll(async () => {
  upstream = await startUpstream((request) => {
    const told = request.messages.filter(({ role }) => role === 'tool').map(({ content }) => String(content));
    return told.length === 0 ? { kind: 'tools', calls } : { kind: 'text', chunks: [told.join('\n--\n')] };
  });
  home = createTestHome({ shared: true });
  const workspace = home.workspace('main');
  putFile(home, 'main', 'notes.txt', 'one\ntwo\nthree');
  putFile(home, 'main', '中文.md', '你好');
  putFile(home, 'main', 'empty', '');
  putFile(home, 'main', 'image.bin', 'a\0b');
  putFile(home, 'main', 'big.txt', 'x'.repeat(300 * 1024));
  mkdirSync(join(workspace, 'folder', 'deep'), { recursive: true });
  writeFileSync(join(home.folder, 'secret.txt'), secret);
  writeFileSync(`${workspace}-next.txt`, secret);
  symlinkSync(join(home.folder, 'secret.txt'), join(workspace, 'link-out'));
  symlinkSync(home.folder, join(workspace, 'folder-out'));
  symlinkSync('notes.txt', join(workspace, 'link-in'));
  symlinkSync('loop', join(workspace, 'loop'));
  execFileSync('mkfifo', [join(workspace, 'pipe')]);
  t = await startTestGateway({ home, upstream, shared: true });
});
afterAll(async () => {
  await t.end();
  await upstream.stop();
});
beforeEach(() => {
  calls = [];
});

const use = async (name: string, args: unknown): Promise<ToolCall> => {
  calls = [{ id: 'call_1', name, arguments: args }];
  const { status, json } = await t.post({ content: 'go' });
  expect({ status, state: json.status }).toEqual({ status: 200, state: 'completed' });
  expect(json.toolCalls.length).toBe(1);
  // The model is told what the client is shown.
  expect(json.finalReply).toBe(json.toolCalls[0].result);
  return json.toolCalls[0];
};

describe('file_read', () => {
  it('reads a text file, whole or a window of its lines', async () => {
    expect(await use('file_read', { path: 'notes.txt' })).toEqual({
      id: 'call_1',
      name: 'file_read',
      arguments: { path: 'notes.txt' },
      status: 'finished',
      result: 'one\ntwo\nthree',
      durationMs: expect.any(Number),
    });
    expect((await use('file_read', { path: './folder/../中文.md' })).result).toBe('你好');
    expect((await use('file_read', { path: 'link-in' })).result).toBe('one\ntwo\nthree');
    expect((await use('file_read', { path: 'notes.txt', offset: 1, limit: 1 })).result).toBe('two\n[1 more lines, go on with offset 2]');
  });

  it('caps what it gives', async () => {
    const { result } = await use('file_read', { path: 'big.txt' });
    expect(result!.length).toBeLessThan(65 * 1024);
    expect(result).toContain('left out');
  });

  const refused: Readonly<Record<string, [path: string, says: RegExp]>> = {
    'a path up and out': ['../../secret.txt', /outside the workspace/],
    'a path up, out and in a neighbour that begins alike': ['../main-next.txt', /outside the workspace/],
    'a path that hides its dots': ['folder/../../../secret.txt', /outside the workspace/],
    'a link that leads out': ['link-out', /outside the workspace/],
    'a path through a link that leads out': ['folder-out/secret.txt', /outside the workspace/],
    'a link to itself': ['loop', /cannot be opened \(ELOOP\)/],
    'what is not there': ['nothing.txt', /There is no "nothing.txt"/],
    'a path through a file': ['notes.txt/x', /There is no/],
    'a null character': ['notes.txt\0.png', /null character/],
    'a folder': ['folder', /use list_dir/],
    'a file that is no text': ['image.bin', /not a text file/],
  };
  for (const [what, [path, says]] of Object.entries(refused)) {
    it(`refuses ${what}, and says so to the model`, async () => {
      const call = await use('file_read', { path });
      expect(call).toMatchObject({ status: 'failed', result: expect.stringMatching(says) });
      expect(call.result).not.toContain(secret);
    });
  }

  it('refuses an absolute path outside, whether or not it is there', async () => {
    for (const path of [join(home.folder, 'secret.txt'), '/etc/passwd', '/etc/no-such-file'])
      expect(await use('file_read', { path })).toMatchObject({ status: 'failed', result: `"${path}" leads outside the workspace.` });
    expect((await use('file_read', { path: join(home.workspace('main'), 'notes.txt') })).status).toBe('finished');
  });

  it('refuses a pipe at once instead of waiting for a writer', async () => {
    expect(await use('file_read', { path: 'pipe' })).toMatchObject({
      status: 'failed',
      result: expect.stringMatching(/not a regular file/),
    });
  });
});

describe('list_dir', () => {
  it('lists folders first, sizes, links as links', async () => {
    const { result } = await use('list_dir', {});
    expect(result!.split('\n')).toEqual([
      'folder/',
      expect.stringMatching(/^big.txt {2}\(307200 bytes\)$/),
      'empty  (0 bytes)',
      'folder-out  (link)',
      'image.bin  (3 bytes)',
      'link-in  (link)',
      'link-out  (link)',
      'loop  (link)',
      'notes.txt  (13 bytes)',
      'pipe  (special)',
      '中文.md  (6 bytes)',
    ]);
    expect((await use('list_dir', { path: 'folder/deep' })).result).toBe('(empty)');
  });
  it('refuses what leads outside, and what is no folder', async () => {
    for (const path of ['..', '/', 'folder-out', '../..'])
      expect((await use('list_dir', { path })).result).toMatch(/outside the workspace/);
    expect((await use('list_dir', { path: 'notes.txt' })).result).toMatch(/use file_read/);
  });
});

describe('a call that is not right', () => {
  it('with wrong arguments is told what is wrong, and nothing runs', async () => {
    for (const [args, says] of [
      [{}, /path/],
      [{ path: 7 }, /path/],
      [{ path: 'notes.txt', limit: -1 }, /limit/],
      ['notes.txt', /not a JSON object/],
      [['notes.txt'], /not a JSON object/],
    ] as const)
      expect(await use('file_read', args)).toMatchObject({ status: 'failed', result: expect.stringMatching(says) });
  });
  it('of an unknown tool is told which there are', async () => {
    expect(await use('teleport', { to: 'id' })).toMatchObject({
      name: 'teleport',
      status: 'failed',
      result:
        'There is no tool "teleport". Tools: file_read, list_dir, glob, grep, file_write, file_edit, fetch_url, memory_read, memory_write, ask_user, attach_file, shell, delegate.',
    });
  });
  it('of a tool that this request does not allow is as if there were none', async () => {
    calls = [{ id: 'c', name: 'file_read', arguments: { path: 'notes.txt' } }];
    const { json } = await t.call('POST', '/api/v1/agents/main/invoke', { token: t.admin, json: { content: 'go', tools: ['list_dir'] } });
    expect(json.toolCalls[0]).toMatchObject({ status: 'failed', result: 'There is no tool "file_read". Tools: list_dir.' });
  });
});

describe('several calls in one step', () => {
  it('run in order, and each result goes back under its id', async () => {
    calls = [
      { id: 'a', name: 'file_read', arguments: { path: 'notes.txt' } },
      { id: 'b', name: 'file_read', arguments: { path: 'nothing' } },
      { id: 'c', name: 'list_dir', arguments: { path: 'folder' } },
    ];
    const { json } = await t.post({ content: 'go' });
    expect(json.toolCalls.map(({ id, status }: ToolCall) => [id, status])).toEqual([
      ['a', 'finished'],
      ['b', 'failed'],
      ['c', 'finished'],
    ]);
    const told = upstream.requests.at(-1)!.body.messages.filter(({ role }) => role === 'tool');
    expect(told.map(({ tool_call_id, content }) => [tool_call_id, content])).toEqual([
      ['a', 'one\ntwo\nthree'],
      ['b', 'There is no "nothing" in the workspace.'],
      ['c', 'deep/'],
    ]);
  });
});
