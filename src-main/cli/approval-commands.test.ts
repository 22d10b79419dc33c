import { beforeEach, describe, expect, it } from 'vitest';
import { locateHome, prepareHome } from '../home.ts';
import { beginCli, runCliToEnd } from '../testing/cli.ts';
import { createTestHome, startTestGateway } from '../testing/test-gateway.ts';
import { scriptModel } from '../testing/upstream.ts';

let env: { OPENCLAW_HOME: string };
beforeEach(async () => {
  const home = createTestHome();
  env = { OPENCLAW_HOME: home.folder };
  const place = locateHome(env);
  prepareHome(place);
  const upstream = await scriptModel(({ messages }) =>
    messages.some(({ role }) => role === 'tool')
      ? { kind: 'text', chunks: [String(messages.at(-1)?.content)] }
      : { kind: 'tools', calls: [{ id: 'c', name: 'file_write', arguments: { path: 'a\u001b[31m.txt', content: 'x' } }] },
  );
  await startTestGateway({ home, upstream, ports: { adminSocket: place.adminSocket } });
});
const run = (argv: string) => runCliToEnd(env, argv.split(' '), []);

describe('openclaw approvals', () => {
  it('a message says that it waits and how to answer, and goes on', async () => {
    const { written, code } = beginCli(env, ['message', 'write it']);
    await expect.poll(() => written.stderr).toContain('openclaw approvals approve apr_');
    // What a model wrote must not steer the terminal.
    expect(written.stderr).not.toContain('\u001b');
    const id = /apr_[\w-]{22}/.exec(written.stderr)?.[0] ?? '';
    expect((await run('approvals list')).stdout).toContain(id);
    expect(await run(`approvals approve ${id} --remember always`)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^granted: create/),
    });
    expect(await code).toBe(0);
    expect(written.stdout).toContain('Wrote 1 bytes');
    const rule = /^apr_[\w-]{22}/.exec((await run('approvals rules')).stdout)?.[0];
    expect(await run(`approvals forget ${rule}`)).toMatchObject({ code: 0 });
    expect(await run('approvals rules')).toMatchObject({ stdout: '', stderr: 'Nothing is allowed without asking.\n' });
    expect(await run(`approvals deny ${id}`)).toMatchObject({ code: 1, stderr: expect.stringContaining('answered already') });
  });
});
