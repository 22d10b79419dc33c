import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type CommandLine, createCommandLine } from '../testing/command-line.ts';
import { lastUserText, scriptModel } from '../testing/upstream.ts';

let cli: CommandLine;
beforeEach(() => {
  cli = createCommandLine();
});

const start = async () =>
  cli.start({
    upstream: await scriptModel((request) =>
      lastUserText(request).startsWith('bad') ? { kind: 'error', status: 400 } : { kind: 'text', chunks: ['re: ', lastUserText(request)] },
    ),
  });
const file = (name: string, ...lines: readonly string[]): string => {
  const path = join(cli.folder, name);
  writeFileSync(path, lines.join('\n'));
  return path;
};
const message = (content: string): string => JSON.stringify({ content });
const parsed = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe('openclaw batch', () => {
  it('sends a file, tells how far it is, and prints the results', async () => {
    await start();
    const lines = Array.from({ length: 20 }, (_, i) => message(`${i + 1}`));
    const { code, stdout, stderr } = await cli.run('batch', file('in.jsonl', ...lines), '--parallel', '2');
    expect(code).toBe(0);
    expect(parsed(stdout).map(({ line, finalReply }) => [line, finalReply])).toEqual(lines.map((_, i) => [i + 1, `re: ${i + 1}`]));
    expect(stderr).toMatch(/^bat_[\w-]{22}: 20 lines, 2 at a time\n/);
    expect(stderr).toMatch(/\n100 % {2}20 of 20, 0 running\ncompleted: 20 of 20 answered\n$/);
    expect((await cli.run('batch', 'list')).stdout).toMatch(/^bat_[\w-]{22} {2}\d{4}-.* {2}completed {2}20 of 20 answered {2}in\.jsonl\n$/);
  });

  it('reads stdin, writes into a file, and is exit code 1 where a line failed', async () => {
    await start();
    const output = join(cli.folder, 'out.jsonl');
    const { code, written } = cli.begin(
      ['batch', '-', '--name', 'mine', '--output', output, '--json'],
      `${message('a')}\n${message('bad')}\n`,
    );
    expect(await code).toBe(1);
    expect(JSON.parse(written.stdout)).toMatchObject({ name: 'mine', status: 'completed', completed: 1, failed: 1 });
    expect(parsed(readFileSync(output, 'utf8')).map(({ status }) => status)).toEqual(['completed', 'failed']);
    expect(written.stderr).toContain(`${output} is written.`);
  });

  it('names the bad lines and begins nothing', async () => {
    await start();
    const { code, stdout, stderr } = await cli.run('batch', file('in.jsonl', message('a'), '{"content"', '', '{"contnt":"x"}'));
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^line 2: it is not valid JSON.*\nline 4: content: .*\nopenclaw: nothing of the batch was begun\.\n$/);
    expect(await cli.run('batch', 'list')).toEqual({ code: 0, stdout: '', stderr: 'No batches.\n' });
  });

  it('leaves it to the gateway with --no-wait; show, results and cancel look after it', async () => {
    await start();
    const { code, stdout } = await cli.run('batch', file('list', message('a'), message('b')), '--no-wait');
    expect(code).toBe(0);
    const id = stdout.trim();
    expect(id).toMatch(/^bat_[\w-]{22}$/);
    expect(await cli.run('batch', 'show', id, '--follow')).toMatchObject({ code: 0, stdout: `${id}  completed  2 of 2 answered  list\n` });
    expect(JSON.parse((await cli.run('batch', 'show', id, '--json')).stdout)).toMatchObject({ id, completed: 2 });
    expect(JSON.parse((await cli.run('batch', 'list', '--json')).stdout)).toMatchObject([{ id, name: 'list' }]);
    expect(parsed((await cli.run('batch', 'results', id)).stdout).length).toBe(2);
    expect(await cli.run('batch', 'cancel', id)).toMatchObject({ code: 0, stderr: `${id} is completed: 2 of 2 answered\n` });
    expect(await cli.run('batch', 'show', `bat_${'x'.repeat(22)}`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no such batch'),
    });
  });

  it('says what is wrong with how it was called', async () => {
    await start();
    expect(await cli.run('batch', join(cli.folder, 'none.jsonl'))).toMatchObject({ code: 1, stderr: expect.stringContaining('ENOENT') });
    for (const argv of [['x', '--parallel', '0'], ['x', '--no-wait', '--output', 'y'], [], ['show', 'nothing']])
      expect([argv, (await cli.run('batch', ...argv)).code]).toEqual([argv, 2]);
    expect((await cli.run('batch', file('in.jsonl', message('a')), '--parallel', '99')).code).toBe(2);
  });

  it('says that the batch goes on where the gateway ends under it', async () => {
    const upstream = await scriptModel(() => ({ kind: 'never' }));
    const t = await cli.start({ upstream });
    const { written, code } = cli.begin(['batch', file('in.jsonl', message('a'))]);
    await expect.poll(() => written.stderr).toMatch(/1 lines/);
    await upstream.requested(1);
    await t.stop();
    expect(await code).toBe(69);
    expect(written.stderr).toMatch(
      /openclaw: The gateway has ended\. The batch goes on when it starts again\.\n {2}openclaw batch show bat_/,
    );
  });

  for (const argv of [['-'], ['list'], ['show', 'x'], ['results', 'x'], ['cancel', 'x']])
    it(`${argv[0]} without a gateway is exit code 69`, async () => {
      expect(await cli.run('batch', ...argv)).toMatchObject({ code: 69, stdout: '', stderr: expect.stringContaining('npm start') });
    });
});
