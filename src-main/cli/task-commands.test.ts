import { beforeEach, describe, expect, it } from 'vitest';
import { type CommandLine, createCommandLine } from '../testing/command-line.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { scriptModel } from '../testing/upstream.ts';

let cli: CommandLine;
beforeEach(async () => {
  cli = createCommandLine();
  const upstream = await scriptModel(() => ({ kind: 'text', chunks: ['done'] }));
  await cli.start({ upstream, clock: createManualClock(Date.parse('2026-11-25T08:00:00Z')) });
});

const add = async (...more: string[]): Promise<string> => {
  const { code, stdout, stderr } = await cli.run('tasks', 'add', 'look', '--name', 'Morning', ...more);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.split('\n')[0] ?? '';
};

describe('openclaw tasks', () => {
  it('adds, lists, changes, switches and runs them, and says when they run next', async () => {
    expect(await cli.run('tasks', 'list')).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('openclaw tasks add') });
    const added = await cli.run('tasks', 'add', 'look', '--name', 'Morning', '--cron', '0 9 * * *', '--timezone', 'UTC');
    expect(added).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Next: (2026-\d\d-\d\d \d\d:\d\d(, )?){3}\n$/) });
    const id = added.stdout.trim();
    expect((await cli.run('tasks', 'list')).stdout).toMatch(
      new RegExp(`^${id} {2}main {2}0 9 \\* \\* \\* UTC {2}next 2026-[\\d-]+ [\\d:]+ {2}never ran {2}Morning\\n$`),
    );
    await cli.run('tasks', 'edit', id, '--name', 'Evening', '--cron', '0 19 * * *', '--timezone', 'UTC');
    expect(await cli.run('tasks', 'disable', id)).toMatchObject({ code: 0, stderr: 'It is switched off.\n' });
    expect((await cli.run('tasks', 'list')).stdout).toMatch(/0 19 \* \* \* UTC {2}off {2}never ran {2}Evening/);
    expect((await cli.run('tasks', 'enable', id)).stderr).toMatch(/^Next: /);
    expect(await cli.run('tasks', 'run', id)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^msg_/) });
    await expect.poll(async () => (await cli.run('tasks', 'list')).stdout).toContain('completed 2026-');
    expect((await cli.run('tasks', 'remove', id)).stderr).toContain(`openclaw tasks restore ${id}`);
    expect((await cli.run('tasks', 'list', '--json')).stdout).toBe('[]\n');
    await cli.run('tasks', 'restore', id);
    expect(JSON.parse((await cli.run('tasks', 'list', '--json')).stdout)).toMatchObject([{ id, name: 'Evening' }]);
  });

  it('takes a time of this computer, and refuses what is past', async () => {
    const id = await add('--at', '2027-01-02 03:04');
    expect((await cli.run('tasks', 'list')).stdout).toContain(`${id}  main  once 2027-01-02 03:04  next 2027-01-02 03:04`);
    expect(await cli.run('tasks', 'edit', id, '--at', '2020-01-01 00:00')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('That time is past'),
    });
    expect(await cli.run('tasks', 'edit', id, '--at', 'tomorrow')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is not a time'),
    });
  });

  it('prints the secret of a webhook once, alone on a line', async () => {
    const { stdout, stderr } = await cli.run('tasks', 'add', 'look', '--name', 'Pushes', '--webhook', 'github');
    const [id = '', secret] = stdout.split('\n');
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(stderr).toContain(`POST /api/v1/hooks/${id}`);
    expect((await cli.run('tasks', 'list')).stdout).not.toContain(secret);
    const renewed = (await cli.run('tasks', 'secret', id)).stdout.trim();
    expect(renewed).toMatch(/^[\w-]{43}$/);
    expect(renewed).not.toBe(secret);
  });

  it('says in words what is wrong with a schedule', async () => {
    const why = async (...more: string[]) => (await cli.run('tasks', 'add', 'x', '--name', 'x', ...more)).stderr;
    expect(await why('--cron', '* * *')).toContain(
      '"* * *" has 3 parts; a cron expression has five.\n  Five parts: minute hour day month weekday',
    );
    expect(await why('--cron', '0 9 * * *', '--timezone', 'Mars')).toContain('"Mars" is not a time zone');
    expect(await why()).toContain('Say when: --cron');
    expect(await why('--cron', '@daily', '--webhook', 'github')).toContain('one of --cron, --at and --webhook');
  });
});
