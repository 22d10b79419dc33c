import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Zippable, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { GuardedHttp, GuardedRequest } from '../net/guarded-http.ts';
import { createCommandLine } from '../testing/command-line.ts';
import { createTestHome, startTestGateway } from '../testing/test-gateway.ts';

const skillMd = (name: string, body = 'Do it.'): Buffer => Buffer.from(`---\nname: ${name}\ndescription: Does it.\n---\n${body}\n`);
const deploy = (more: object = {}): Buffer =>
  Buffer.from(
    JSON.stringify({
      slug: 'deploy',
      description: 'Deploys.',
      prompt: 'Deploy it.',
      tools: [{ name: 'go', description: '运行vercel' }],
      ...more,
    }),
  );
const zip = (files: Zippable): Buffer => Buffer.from(zipSync(files));

/** A web of a few files. */
const createWeb = () => {
  const files = new Map<string, { readonly bytes: Buffer; readonly type?: string; readonly cut?: boolean; readonly leadsTo?: string }>();
  const asked: GuardedRequest[] = [];
  const web: GuardedHttp = async (request) => {
    asked.push(request);
    const found = files.get(request.url.href);
    const status = found ? (found.leadsTo ? 302 : 200) : 404;
    const headers = { 'content-type': found?.type ?? 'application/octet-stream' };
    return {
      url: request.url.href,
      status,
      headers,
      bytes: found?.bytes ?? Buffer.alloc(0),
      cut: found?.cut ?? false,
      leadsTo: found?.leadsTo ?? null,
    };
  };
  return { files, asked, web };
};
const start = async () => {
  const { files, asked, web } = createWeb();
  const home = createTestHome();
  const t = await startTestGateway({ home, ports: { openWeb: () => web } });
  const link = async (url: string, sha256?: string) => {
    const { status, json } = await t.call('POST', '/api/v1/skills/install-link', {
      token: t.admin,
      json: { url, ...(sha256 ? { sha256 } : {}) },
    });
    return { status, ...json };
  };
  const slugs = async () =>
    (await t.call('GET', '/api/v1/skills', { token: t.admin })).json.skills.map(({ slug }: { slug: string }) => slug);
  return { t, home, files, asked, link, slugs };
};

describe('a skill from a link', () => {
  it('is looked at first, and installed as it was then', async () => {
    const { home, files, link, slugs, t } = await start();
    const url = 'https://skills.example/deploy.json';
    files.set(url, { bytes: deploy({ metadata: { openclaw: { requires: { bins: ['no-such-program'] } } } }) });
    const { review, skill } = await link(url);
    expect([skill, await slugs()]).toEqual([null, []]);
    expect(review).toMatchObject({
      ...{ slug: 'deploy', format: 'json', replaces: false, diff: null, fileCount: 1, requires: { bins: ['no-such-program'], env: [] } },
      ...{ tools: [{ name: 'go', description: '运行vercel', run: null }], missing: expect.stringContaining('no-such-program') },
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await link(url, review.sha256)).toMatchObject({
      status: 200,
      skill: { slug: 'deploy', state: 'missing', sha256: review.sha256 },
      replaced: false,
    });

    files.set(url, { bytes: deploy({ prompt: 'Deploy it at once.' }) });
    expect(await link(url, review.sha256)).toMatchObject({ status: 409, error: { code: 'SKILL_CHANGED' } });
    expect(readFileSync(join(home.folder, 'skills', 'deploy.json'), 'utf8')).toContain('Deploy it."');
    const { review: update } = await link(url);
    expect([update.replaces, update.diff]).toEqual([true, expect.stringMatching(/-.*Deploy it\."[\s\S]*\+.*Deploy it at once\./)]);
    expect((await link(url, update.sha256)).replaced).toBe(true);
    await t.call('POST', '/api/v1/skills/deploy/restore', { token: t.admin });
    expect(readFileSync(join(home.folder, 'skills', 'deploy.json'), 'utf8')).toContain('Deploy it."');
  });

  it('may be a SKILL.md, a zip, or a folder or file on GitHub', async () => {
    const { files, link, asked } = await start();
    files.set('https://skills.example/pdf/SKILL.md', { bytes: skillMd('Not a slug!'), type: 'text/plain' });
    expect((await link('https://skills.example/pdf/SKILL.md#top')).review).toMatchObject({
      slug: 'pdf',
      format: 'folder',
      files: ['SKILL.md'],
    });
    files.set('https://skills.example/a.zip', { bytes: zip({ 'a/SKILL.md': skillMd('a'), 'a/scripts/x.sh': Buffer.from('x') }) });
    expect((await link('https://skills.example/a.zip')).review).toMatchObject({ slug: 'a', files: ['SKILL.md', 'scripts/x.sh'] });

    const repository = {
      'r-main/README.md': Buffer.from('x'),
      'r-main/skills/pdf/SKILL.md': skillMd('pdf'),
      'r-main/skills/pdfs/SKILL.md': skillMd('pdfs'),
    };
    files.set('https://codeload.github.com/o/r/zip/main', { bytes: zip(repository) });
    files.set('https://codeload.github.com/o/r/zip/HEAD', { bytes: zip(repository) });
    expect((await link('https://github.com/o/r/tree/main/skills/pdf')).review).toMatchObject({ slug: 'pdf', files: ['SKILL.md'] });
    expect((await link('https://github.com/o/r/tree/main/none')).error.message).toContain('no folder "none"');
    expect((await link('https://github.com/o/r')).error.message).toContain('stands outside the skill');
    files.set('https://raw.githubusercontent.com/o/r/main/skills/pdf/SKILL.md', { bytes: skillMd('pdf') });
    expect((await link('https://github.com/o/r/blob/main/skills/pdf/SKILL.md')).review.slug).toBe('pdf');
    for (const { mayFollow } of asked)
      expect([mayFollow(new URL('https://other.example')), mayFollow(new URL('http://other.example'))]).toEqual([true, false]);
  });

  it('says what of a folder would come, go and change', async () => {
    const { files, link } = await start();
    const url = 'https://skills.example/a.zip';
    files.set(url, {
      bytes: zip({ 'SKILL.md': skillMd('a'), 'same.md': Buffer.from('same'), 'old.md': Buffer.from('x'), 'run.sh': Buffer.from('1') }),
    });
    await link(url, (await link(url)).review.sha256);
    files.set(url, {
      bytes: zip({
        'SKILL.md': skillMd('a', 'Do more.'),
        'same.md': Buffer.from('same'),
        'new.md': Buffer.from('x'),
        'run.sh': Buffer.from('2'),
      }),
    });
    const { diff } = (await link(url)).review;
    expect(diff).toMatch(/-Do it\.\n\+Do more\.\nnew: new\.md\nchanged: run\.sh\ngone: old\.md$/);
  });

  it('is refused in words where it is none', async () => {
    const { files, link, asked, slugs } = await start();
    files.set('https://skills.example/page', { bytes: Buffer.from('<p>'), type: 'text/html; charset=utf-8' });
    files.set('https://skills.example/large.zip', { bytes: Buffer.from('PK'), cut: true });
    files.set('https://skills.example/away', { bytes: Buffer.alloc(0), leadsTo: 'http://skills.example/' });
    const why = async (url: string) => (await link(url)).error;
    expect(await why('https://skills.example/page')).toMatchObject({
      code: 'ARCHIVE_REFUSED',
      message: expect.stringContaining('a web page'),
      hint: expect.stringContaining('/tree/'),
    });
    expect((await why('https://skills.example/large.zip')).message).toContain('more than 33554432 bytes');
    expect((await why('https://skills.example/away')).message).toContain('which is not https');
    expect((await why('https://skills.example/none')).message).toContain('status 404');
    const before = asked.length;
    for (const url of ['http://skills.example/a.json', 'file:///etc/passwd', 'nonsense'])
      expect((await why(url)).message).toContain('Only https links');
    expect([asked.length, await slugs()]).toEqual([before, []]);
  });

  it('is never one inside', async () => {
    const t = await startTestGateway();
    const answer = await t.call('POST', '/api/v1/skills/install-link', {
      token: t.admin,
      json: { url: `https://127.0.0.1:${t.port}/skill.json` },
    });
    expect(answer.json.error.message).toContain('127.0.0.1 is not an address of the public internet');
  });

  it('is installed from the command line by its sha256, and undone', async () => {
    const { files, web } = createWeb();
    const url = 'https://skills.example/deploy.json';
    const cli = createCommandLine();
    await cli.start({ ports: { openWeb: () => web } });
    files.set(url, { bytes: deploy() });
    const install = (...more: string[]) => cli.run('skills', 'install', url, ...more);
    const shaOf = (stdout: string): string => /--sha256 ([0-9a-f]{64})/.exec(stdout)?.[1] ?? '';
    const looked = await install();
    expect(looked).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/tool {5}go: not set up; 运行vercel[\s\S]*Nothing is installed yet/),
    });
    expect((await install('--sha256', shaOf(looked.stdout))).stderr).toContain('Installed @deploy');
    files.set(url, { bytes: deploy({ prompt: 'Do not.' }) });
    const update = await install();
    expect(update.stdout).toContain('in place of the one that is installed');
    expect((await install('--sha256', shaOf(update.stdout))).stderr).toContain('openclaw skills restore deploy');
    expect((await cli.run('skills', 'undo', 'deploy')).stderr).toContain('@deploy is back.');
    expect((await install()).stdout).toContain('+');
  });
});
