import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { referTo } from '../../src-shared/looks-like-secret.ts';
import { createTestHome, startTestGateway, type TestGateway, type TestGatewayOptions, type TestHome } from '../testing/test-gateway.ts';
import { type ChatRequest, type Reply, scriptModel } from '../testing/upstream.ts';

const say = (text: string): Reply => ({ kind: 'text', chunks: [text] });
const callTool = (name: string, args: Readonly<Record<string, unknown>> = {}, id = `call_${name}`): Reply => ({
  kind: 'tools',
  calls: [{ id, name, arguments: args }],
});
const system = (request: ChatRequest): string => String(request.messages.find(({ role }) => role === 'system')?.content);
const toolNames = (request: ChatRequest): readonly string[] =>
  ((request.tools ?? []) as { function: { name: string } }[]).map(({ function: { name } }) => name);
const describedBy = (request: ChatRequest, name: string): string =>
  ((request.tools ?? []) as { function: { name: string; description: string } }[]).find((tool) => tool.function.name === name)?.function
    .description ?? '';
const toldLast = (request: ChatRequest): string => String(request.messages.at(-1)?.content);

/** As the tutorial has it. */
const seedSkill = /JSON\s+(\{\s+"slug"[\s\S]*?\n\})/.exec(
  readFileSync(new URL('../../e2e/fixtures/openclaw-api-tutorial.zh.txt', import.meta.url), 'utf8'),
)?.[1];
const seedCall = '@auto-deploy-vercel 部署我的Next.js项目';

const put = (home: TestHome, path: string, content: string | undefined): string => {
  const file = join(home.folder, 'skills', path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content ?? '');
  return file;
};
const skillMd = (name: string, description: string, body = 'Do it well.', more = ''): string =>
  `---\nname: ${name}\ndescription: ${description}\n${more}---\n\n${body}\n`;
const start = async (
  prepare: (home: TestHome) => void,
  script: (request: ChatRequest, count: number) => Reply,
  options: Partial<TestGatewayOptions> = {},
): Promise<{ t: TestGateway; asked: ChatRequest[] }> => {
  const home = createTestHome();
  mkdirSync(join(home.folder, 'skills'), { recursive: true });
  prepare(home);
  const asked: ChatRequest[] = [];
  const upstream = await scriptModel((request, count) => {
    asked.push(request);
    return script(request, count);
  });
  return { t: await startTestGateway({ home, upstream, ...options }), asked };
};
const list = async (t: TestGateway) => (await t.call('GET', '/api/v1/skills', { token: t.admin })).json.skills;
const bind = async (t: TestGateway, slug: string, tool: string, binding: unknown, headers = {}) => {
  const skill = (await list(t)).find((one: { slug: string }) => one.slug === slug);
  return t.call('POST', `/api/v1/skills/${slug}/bindings`, { token: t.admin, headers, json: { tool, sha256: skill.sha256, binding } });
};

describe("the seed's skill", () => {
  const deploys = (request: ChatRequest): Reply =>
    request.messages.at(-1)?.role === 'tool' ? say(`told: ${toldLast(request)}`) : callTool('run_vercel_deploy');
  const withSeed = (home: TestHome): void => void put(home, 'auto-deploy-vercel.json', seedSkill);

  it('is listed, its tool as not set up, with what its description suggests', async () => {
    const { t } = await start(withSeed, () => say(''));
    expect(await list(t)).toMatchObject([
      {
        ...{ slug: 'auto-deploy-vercel', name: '一键Vercel部署', state: 'ready', source: 'home', format: 'json' },
        tools: [{ name: 'run_vercel_deploy', state: 'unbound', binding: null, suggestion: ['vercel', 'deploy', '--prebuilt'] }],
      },
    ]);
  });

  it('is called from REST and WebSocket; the message stays as it was written, and the model is told what is missing', async () => {
    const { t, asked } = await start(withSeed, deploys);
    const { json } = await t.post({ content: seedCall });
    expect(json).toMatchObject({ status: 'completed', toolCalls: [{ name: 'run_vercel_deploy', status: 'failed' }] });
    expect(json.finalReply).toContain('openclaw skills bind auto-deploy-vercel run_vercel_deploy');
    expect(system(asked[0]!)).toContain('你现在是Vercel部署专家');
    expect(system(asked[0]!)).toContain('run_vercel_deploy is not set up');
    expect(asked[0]?.messages.at(-1)?.content).toBe(seedCall);
    const ws = await t.ws();
    ws.send({ type: 'message', content: seedCall });
    expect(await ws.waitFor((frame) => frame.type === 'response')).toMatchObject({ content: expect.stringContaining('not set up') });
  });

  it('runs what the user has confirmed, after an approval that shows just that', async () => {
    const { t } = await start((home) => {
      withSeed(home);
      const bin = join(home.workspace('main'), 'vercel');
      writeFileSync(bin, '#!/bin/sh\necho "https://preview.example/$*" | tee deployed\n');
      chmodSync(bin, 0o755);
    }, deploys);
    const program = join(t.home.workspace('main'), 'vercel');
    const binding = { kind: 'command', argv: [program, 'deploy', '--prebuilt'] };
    expect((await bind(t, 'auto-deploy-vercel', 'run_vercel_deploy', binding)).json.skill.tools).toMatchObject([
      { state: 'bound', by: 'user', binding },
    ]);
    const waiting = await t.post({ content: seedCall });
    expect(waiting.json).toMatchObject({ status: 'approval_required', approvals: [{ tool: 'run_vercel_deploy', risk: 'high' }] });
    expect(waiting.json.approvals[0].title).toBe(`${program} deploy --prebuilt`);
    expect(existsSync(join(t.home.workspace('main'), 'deployed'))).toBe(false);
    await t.call('POST', `/api/v1/approvals/${waiting.json.approvals[0].id}`, { token: t.admin, json: { decision: 'approve' } });
    await expect
      .poll(async () => (await t.call('GET', `/api/v1/messages/${waiting.json.messageId}`, { token: t.admin })).json.finalReply)
      .toContain('https://preview.example/deploy --prebuilt');
  });

  it('asks for the PIN to confirm, and again where programs need it', async () => {
    const { t } = await start(withSeed, deploys, { config: { security: { requirePinFor: ['shell'] } } });
    await t.call('POST', '/api/v1/pin', { token: t.admin, json: { pin: '2468' } });
    const binding = { kind: 'command', argv: ['/bin/echo', 'deployed'] };
    expect((await bind(t, 'auto-deploy-vercel', 'run_vercel_deploy', binding)).json.error.code).toBe('PIN_REQUIRED');
    expect((await bind(t, 'auto-deploy-vercel', 'run_vercel_deploy', binding, { 'X-OpenClaw-Pin': '2468' })).status).toBe(200);
    expect((await t.post({ content: seedCall })).json.approvals).toMatchObject([{ needsPin: true }]);
  });

  it('must be confirmed again once it has changed', async () => {
    const { t } = await start(withSeed, deploys);
    const binding = { kind: 'command', argv: ['/bin/echo', 'deployed'] };
    await bind(t, 'auto-deploy-vercel', 'run_vercel_deploy', binding);
    const { sha256 } = (await list(t))[0];
    put(t.home, 'auto-deploy-vercel.json', seedSkill?.replace('--prebuilt', '--prod'));
    await expect.poll(async () => (await list(t))[0].tools[0]).toMatchObject({ state: 'changed', suggestion: ['/bin/echo', 'deployed'] });
    expect((await t.post({ content: seedCall })).json.finalReply).toContain('the skill was changed');
    const stale = await t.call('POST', '/api/v1/skills/auto-deploy-vercel/bindings', {
      token: t.admin,
      json: { tool: 'run_vercel_deploy', sha256, binding },
    });
    expect(stale.json.error.code).toBe('SKILL_CHANGED');
  });
});

describe('what a tool of a skill runs', () => {
  const tool = (run?: unknown) => ({
    name: 'show',
    description: 'Shows.',
    parameters: { type: 'object', properties: { town: { type: 'string' } }, additionalProperties: false },
    ...(run === undefined ? {} : { run }),
  });
  const withFolder = (run?: unknown) => (home: TestHome) => {
    put(home, 'shows/skill.json', JSON.stringify({ slug: 'shows', prompt: 'Show it.', tools: [tool(run)] }));
    chmodSync(put(home, 'shows/scripts/show.sh', '#!/bin/sh\necho "args: $*"\ncat\n'), 0o755);
    put(home, '../evil.sh', '#!/bin/sh\necho evil\n');
    chmodSync(join(home.folder, 'evil.sh'), 0o755);
  };
  const shows =
    (args: Readonly<Record<string, unknown>>) =>
    (request: ChatRequest): Reply =>
      request.messages.at(-1)?.role === 'tool' ? say(toldLast(request)) : callTool('show', args);
  const runIt = async (t: TestGateway): Promise<string> => {
    const { json } = await t.post({ content: '@shows it' });
    if (json.status === 'completed') return json.finalReply;
    await t.call('POST', `/api/v1/approvals/${json.approvals[0].id}`, { token: t.admin, json: { decision: 'approve' } });
    const look = async () => (await t.call('GET', `/api/v1/messages/${json.messageId}`, { token: t.admin })).json;
    await expect.poll(async () => (await look()).status, { timeout: 10_000 }).toBe('completed');
    return (await look()).finalReply;
  };

  it("may be a script in the skill's own folder, with arguments as whole items and on stdin", async () => {
    const { t } = await start(withFolder(), shows({ town: 'Hang zhou; rm -rf $HOME' }));
    await bind(t, 'shows', 'show', { kind: 'script', file: 'scripts/show.sh', argv: ['--in', '{town}', '{country}'], stdin: 'json' });
    expect(await runIt(t)).toBe('args: --in Hang zhou; rm -rf $HOME\n{"town":"Hang zhou; rm -rf $HOME"}');
  });

  it('is no script outside of it, no program that is not there, and none that the model names', async () => {
    const { t } = await start(withFolder(), shows({ town: '/bin/sh' }));
    await bind(t, 'shows', 'show', { kind: 'script', file: '../../evil.sh' });
    expect(await runIt(t)).toContain("leads out of the skill's folder");
    await bind(t, 'shows', 'show', { kind: 'command', argv: ['no-such-program'] });
    expect(await runIt(t)).toContain('no program "no-such-program"');
    expect((await bind(t, 'shows', 'show', { kind: 'command', argv: ['{town}'] })).json.error.code).toBe('BAD_REQUEST');
    expect((await bind(t, 'shows', 'show', { kind: 'ftp', url: 'ftp://x' })).json.error.message).toContain('kind is command');
  });

  it('may be a call of a service, asked about as it goes out; in a private network only where its user says so', async () => {
    const { t } = await start(withFolder(), shows({ town: '杭州' }));
    const url = `${t.base}/api/v1/{town}`;
    expect((await bind(t, 'shows', 'show', { kind: 'http', method: 'GET', url })).json.error.message).toContain('https, unless');
    await bind(t, 'shows', 'show', { kind: 'http', method: 'GET', url: url.replace('http:', 'https:') });
    expect(await runIt(t)).toContain('127.0.0.1 is not an address of the public internet');
    await bind(t, 'shows', 'show', { kind: 'http', method: 'GET', url, private: true, headers: { Accept: 'application/json' } });
    expect(await runIt(t)).toMatch(/GET .*%E6%9D%AD%E5%B7%9E \(status 404\)[\s\S]*"NOT_FOUND"/);
    const { approvals } = (await t.call('GET', '/api/v1/approvals', { token: t.admin })).json;
    expect(approvals[0]).toMatchObject({
      title: `GET ${t.base}/api/v1/%E6%9D%AD%E5%B7%9E`,
      touches: [expect.stringContaining('in a private network')],
    });
  });

  it('is no call that takes an entry of the keychain, or a private network, by the word of the skill alone', async () => {
    const call = { kind: 'http', method: 'GET', url: 'https://api.example/' };
    for (const [run, state] of [
      [call, 'bound'],
      [{ ...call, headers: { Authorization: `Bearer ${referTo('openai')}` } }, 'unbound'],
      [{ ...call, private: true }, 'unbound'],
    ]) {
      const { t } = await start(withFolder(run), shows({}));
      expect((await list(t))[0].tools).toMatchObject([{ state, binding: run }]);
    }
  });

  it('may stand in the skill itself, or be another tool; its arguments have to fit', async () => {
    const { t } = await start(withFolder({ kind: 'command', argv: ['/bin/echo', 'in the skill'] }), shows({}));
    expect(await runIt(t)).toBe('in the skill\n');
    await bind(t, 'shows', 'show', { kind: 'tool', tool: 'list_dir' });
    expect(await runIt(t)).toContain('There is no tool "show"');
    const wrong = await start(withFolder({ kind: 'command', argv: ['/bin/echo'] }), shows({ city: 'x' }));
    expect(await runIt(wrong.t)).toContain('The arguments do not fit');
  });
});

describe('a name with @', () => {
  const twoSkills = (home: TestHome): void => {
    put(home, 'pdf/SKILL.md', skillMd('pdf', 'Reads PDF files.'));
    put(home, 'hidden/SKILL.md', skillMd('hidden', 'For the model.', 'Do it.', 'user-invocable: false\n'));
    put(
      home,
      'needy/SKILL.md',
      skillMd('needy', 'Needs much.', 'Do it.', 'metadata:\n  openclaw:\n    requires: {bins: [no-such-program], env: [NO_SUCH_NAME]}\n'),
    );
    put(home, 'broken.json', '{"slug": "broken", ');
  };

  it('is a skill first, then an agent, and else an error with near names', async () => {
    const { t, asked } = await start(twoSkills, () => say('ok'));
    expect((await t.post({ content: '@pdf read it' })).json.agentId).toBe('main');
    expect(system(asked[0]!)).toContain('Do it well.');
    expect((await t.post({ content: '@dev-coder read it' })).json.agentId).toBe('dev-coder');
    const unknown = await t.post({ content: '@dpf read it' });
    expect([unknown.status, unknown.json.error]).toMatchObject([404, { code: 'SKILL_UNKNOWN', details: { near: ['pdf'] } }]);
    const ws = await t.ws();
    ws.send({ type: 'message', content: '@dpf read it' });
    expect(await ws.waitFor((frame) => frame.type === 'error')).toMatchObject({ code: 'SKILL_UNKNOWN' });
  });

  it('says why a skill cannot be called', async () => {
    const { t } = await start(twoSkills, () => say('ok'));
    const why = async (content: string) => (await t.post({ content })).json.error;
    expect(await why('@hidden go')).toMatchObject({ code: 'SKILL_UNUSABLE', message: expect.stringContaining('for the model alone') });
    expect((await why('@needy go')).message).toContain('needs the program no-such-program');
    expect((await why('@needy go')).message).toContain('NO_SUCH_NAME');
    expect((await why('@broken go')).message).toContain('not JSON');
  });

  it('is none in an address, behind a space, or in what others say', async () => {
    const { t } = await start(twoSkills, () => say('ok'));
    for (const content of ['@', '@me@example.com', ' @nothing', '@types/node', 'see @nothing'])
      expect((await t.post({ content })).json.status).toBe('completed');
  });
});

describe('a SKILL.md', () => {
  it('costs a line until the model opens it, then its text and its files', async () => {
    const { t, asked } = await start(
      (home) => {
        put(home, 'pdf/SKILL.md', skillMd('pdf', 'Reads PDF files.', 'Run {baseDir}/scripts/read.py first. SECRET BODY'));
        put(home, 'pdf/references/forms.md', 'About forms.');
        put(home, '../outside.txt', 'nobody may read this');
      },
      (request, count) =>
        [
          say('?'),
          callTool('use_skill', { name: 'pdf' }, 'call_1'),
          callTool('use_skill', { name: 'pdf', file: 'references/forms.md' }, 'call_2'),
          callTool('use_skill', { name: 'pdf', file: '../../outside.txt' }, 'call_3'),
          say(toldLast(request)),
        ][count] ?? say('?'),
    );
    const { json } = await t.post({ content: 'read my PDF' });
    expect(describedBy(asked[0]!, 'use_skill')).toContain('pdf: Reads PDF files.');
    expect(JSON.stringify(asked[0])).not.toContain('SECRET BODY');
    expect(toldLast(asked[1]!)).toContain(`Run ${join(t.home.folder, 'skills', 'pdf')}/scripts/read.py first.`);
    expect(toldLast(asked[1]!)).toContain('references/forms.md');
    expect(toldLast(asked[2]!)).toBe('About forms.');
    expect(json.finalReply).toContain('has no file');
  });

  it('of a workspace belongs to that agent, comes at once, and is confirmed before what it says it runs counts', async () => {
    const { t, asked } = await start(
      (home) => void put(home, 'pdf/SKILL.md', skillMd('pdf', 'Everyone has it.')),
      () => say('ok'),
    );
    await t.post({ content: 'hi' });
    const folder = join(t.home.workspace('main'), '.agents', 'skills');
    mkdirSync(join(folder, 'pdf'), { recursive: true });
    writeFileSync(join(folder, 'pdf', 'SKILL.md'), skillMd('pdf', 'Mine.'));
    writeFileSync(
      join(folder, 'own.json'),
      JSON.stringify({ slug: 'own', prompt: 'p', tools: [{ name: 'go', run: { kind: 'command', argv: ['/bin/echo', 'went'] } }] }),
    );
    await t.post({ content: 'hi' });
    await t.post({ content: 'hi', agentId: 'dev-coder' });
    expect(describedBy(asked[1]!, 'use_skill')).toContain('pdf: Mine.');
    expect(describedBy(asked[2]!, 'use_skill')).toContain('pdf: Everyone has it.');
    expect((await list(t)).find((skill: { slug: string }) => skill.slug === 'own').tools).toMatchObject([
      { state: 'unbound', suggestion: ['/bin/echo', 'went'] },
    ]);
  });

  it('is seen also where its folder came before it, and once it is no longer broken', async () => {
    const { t } = await start(
      () => undefined,
      () => say('ok'),
    );
    const states = async () =>
      Object.fromEntries((await list(t)).map(({ slug, state }: { slug: string; state: string }) => [slug, state])) as object;
    expect(await states()).toEqual({});
    // As a large folder is copied, or a repository cloned.
    mkdirSync(join(t.home.folder, 'skills', 'repo', 'skills', 'late'), { recursive: true });
    put(t.home, 'mended/SKILL.md', 'no front matter');
    await expect.poll(states).toEqual({ mended: 'broken' });
    put(t.home, 'repo/skills/late/SKILL.md', skillMd('late', 'Came after its folder.'));
    await expect.poll(states).toEqual({ mended: 'broken', late: 'ready' });
    put(t.home, 'mended/SKILL.md', skillMd('mended', 'Works now.'));
    await expect.poll(states).toEqual({ mended: 'ready', late: 'ready' });
  });

  it('that is broken, too large, or a link out of its folder is named with its error and stops nobody', async () => {
    const { t } = await start(
      (home) => {
        put(home, 'good/SKILL.md', skillMd('good', 'Fine.'));
        put(home, 'no-matter/SKILL.md', 'no front matter');
        put(home, 'large.json', `{"slug":"large","prompt":"${'x'.repeat(1024 * 1024)}"}`);
        put(home, 'leads-out/SKILL.md', skillMd('leads-out', 'x'));
        symlinkSync(home.folder, join(home.folder, 'skills', 'leads-out', 'all'));
        put(home, 'circle/SKILL.md', skillMd('circle', 'x'));
        symlinkSync('loop', join(home.folder, 'skills', 'circle', 'loop'));
      },
      () => say('ok'),
    );
    expect(Object.fromEntries((await list(t)).map((skill: { slug: string; error: string }) => [skill.slug, skill.error]))).toEqual({
      good: null,
      'no-matter': expect.stringContaining('front matter'),
      large: expect.stringContaining('1 MiB'),
      'leads-out': expect.stringContaining('leads out'),
      circle: expect.stringContaining('round in a circle'),
    });
    expect((await t.post({ content: '@good go' })).json.status).toBe('completed');
  });
});

describe('what skills cost', () => {
  it('a plain "hi" with all built-in tools and no skills stays under 6,000 bytes', async () => {
    const { t, asked } = await start(
      () => undefined,
      () => say('hi'),
    );
    await t.post({ content: 'hi' });
    expect(toolNames(asked[0]!)).not.toContain('use_skill');
    expect(Buffer.byteLength(JSON.stringify(asked[0]))).toBeLessThan(6_000);
  });

  it('fifty skills with long descriptions cost a few thousand bytes', async () => {
    const { t, asked } = await start(
      (home) => {
        for (let n = 0; n < 50; n += 1) put(home, `skill-${n}/SKILL.md`, skillMd(`skill-${n}`, 'It does many things. '.repeat(40)));
      },
      () => say('hi'),
    );
    await t.post({ content: 'hi' });
    expect(describedBy(asked[0]!, 'use_skill')).toContain('skill-49');
    expect(Buffer.byteLength(describedBy(asked[0]!, 'use_skill'))).toBeLessThan(4_000);
    rmSync(join(t.home.folder, 'skills', 'skill-7'), { recursive: true });
    await expect.poll(async () => (await list(t)).length).toBe(49);
  });
});
