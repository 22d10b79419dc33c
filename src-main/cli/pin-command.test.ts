import { beforeEach, describe, expect, it } from 'vitest';
import { locateHome, prepareHome } from '../home.ts';
import { beginCli, createTerminal, runCliToEnd } from '../testing/cli.ts';
import { createTestHome, startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

let env: { OPENCLAW_HOME: string };
let t: TestGateway;
beforeEach(async () => {
  const home = createTestHome();
  env = { OPENCLAW_HOME: home.folder };
  const place = locateHome(env);
  prepareHome(place);
  t = await startTestGateway({ home, ports: { adminSocket: place.adminSocket } });
});
const run = (argv: string, ...lines: string[]) => runCliToEnd(env, argv.split(' '), lines);

/** Answers each prompt as it comes. */
const atTerminal = async (argv: string, ...answers: readonly [prompt: string, typed: string][]) => {
  const terminal = createTerminal();
  const { written, code } = beginCli(env, argv.split(' '), terminal);
  for (const [prompt, typed] of answers) {
    await expect.poll(() => written.stderr).toContain(prompt);
    terminal.type(typed);
  }
  return { code: await code, ...written, rawModes: terminal.rawModes };
};

describe('openclaw pin, with the gateway up', () => {
  it('sets, tells, changes and clears, from a pipe', async () => {
    expect(await run('pin status')).toMatchObject({ code: 0, stdout: 'not set\n' });
    expect(await run('pin set', '2468')).toEqual({ code: 0, stdout: '', stderr: 'The PIN is set.\n' });
    expect(await run('pin status --json')).toMatchObject({ stdout: '{"set":true,"lockedUntil":null}\n' });
    expect(await run('pin set', '0000', '1357')).toMatchObject({ code: 1, stderr: expect.stringContaining('PIN is wrong') });
    expect(await run('pin set', '2468', 'eine ganze Phrase ü')).toMatchObject({ code: 0 });
    expect(await run('pin clear', '2468')).toMatchObject({ code: 1 });
    expect(await run('pin clear', 'eine ganze Phrase ü')).toMatchObject({ code: 0, stderr: 'There is no PIN now.\n' });
    expect((await t.call('GET', '/api/v1/pin', { token: t.admin })).json.set).toBe(false);
  });

  it('asks at a terminal, shows nothing of what is typed, and knows the backspace', async () => {
    const first = await atTerminal('pin set', ['New PIN', '24689\u007f\r'], ['Once more', '2468\r']);
    expect(first).toMatchObject({ code: 0, stdout: '' });
    expect(first.stderr).not.toMatch(/[2468]{2}/);
    // The terminal is handed back as it was.
    expect(first.rawModes.at(-1)).toBe(false);
    const second = await atTerminal('pin set', ['Old PIN', '2468\r'], ['New PIN', '1357\r'], ['Once more', '1358\r']);
    expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing was changed') });
    expect(await atTerminal('pin clear', ['PIN: ', '2468\r'])).toMatchObject({ code: 0 });
  });

  it('is exit code 2 for what is no PIN, for an empty stdin, and for Ctrl-C', async () => {
    for (const lines of [['12'], ['short'], []]) expect(await run('pin set', ...lines)).toMatchObject({ code: 2, stdout: '' });
    expect(await atTerminal('pin set', ['New PIN', '\u0003'])).toMatchObject({ code: 2 });
    expect((await t.call('GET', '/api/v1/pin', { token: t.admin })).json.set).toBe(false);
  });
});

describe('openclaw token, where a PIN is set', () => {
  const create = 'token create --name x --scope admin --json';
  beforeEach(async () => void (await run('pin set', '2468')));

  it('asks for it at a terminal, and goes on', async () => {
    const made = await atTerminal(create, ['PIN: ', '2468\r']);
    expect(made.code).toBe(0);
    const { id, secret } = JSON.parse(made.stdout) as { id: string; secret: string };
    expect(await atTerminal(`token show ${id}`, ['PIN: ', '2468\r'])).toMatchObject({ code: 0, stdout: `Bearer ${secret}\n` });
    expect(await atTerminal(create, ['PIN: ', '0000\r'])).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('wrong') });
  });

  it('reads it from stdin when told to, and only then', async () => {
    expect(await run(create, '2468')).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('--pin-stdin') });
    expect((await run(`${create} --pin-stdin`, '2468')).stdout).toContain('eyJ');
    expect((await run(`${create} --pin-stdin`)).code).toBe(2);
  });

  it('does not ask where it is not needed', async () => {
    expect(await run('token create --name x --scope logs')).toMatchObject({ code: 0, stdout: expect.stringContaining('Bearer ') });
  });
});
