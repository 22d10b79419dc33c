import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Zippable, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHome, startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

let t: TestGateway;
beforeAll(async () => {
  t = await startTestGateway({ home: createTestHome({ shared: true }), shared: true });
});
afterAll(() => t.end());

const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const skillMd = (name: string, body = 'Do it.'): Uint8Array => text(`---\nname: ${name}\ndescription: Does it.\n---\n${body}\n`);
const post = (body: Uint8Array | string, type = 'application/zip') =>
  t.call('POST', '/api/v1/skills/install', { token: t.admin, headers: { 'Content-Type': type }, body: Buffer.from(body) });
const install = (files: Zippable) => post(zipSync(files));
const inHome = (...path: string[]): string => join(t.home.folder, 'skills', ...path);

describe('installing', () => {
  it('a zip of a folder puts it where it is seen at once, and what may be executed stays so', async () => {
    const { status, json } = await install({
      'my-repo/SKILL.md': skillMd('pdf'),
      'my-repo/scripts/read.sh': [text('#!/bin/sh\n'), { os: 3, attrs: 0o100755 * 0x10000 }],
    });
    expect([status, json.replaced, json.skill]).toMatchObject([200, false, { slug: 'pdf', state: 'ready', removable: true }]);
    expect(statSync(inHome('pdf', 'scripts', 'read.sh')).mode & 0o777).toBe(0o700);
    expect(statSync(inHome('pdf', 'SKILL.md')).mode & 0o777).toBe(0o600);
  });

  it('again replaces it, and both that and a removal can be undone', async () => {
    await install({ 'SKILL.md': skillMd('undo', 'The first.') });
    expect((await install({ 'SKILL.md': skillMd('undo', 'The second.') })).json.replaced).toBe(true);
    expect(readFileSync(inHome('undo', 'SKILL.md'), 'utf8')).toContain('The second.');
    const restore = () => t.call('POST', '/api/v1/skills/undo/restore', { token: t.admin });
    expect((await restore()).json.skill.slug).toBe('undo');
    expect(readFileSync(inHome('undo', 'SKILL.md'), 'utf8')).toContain('The first.');
    await t.call('DELETE', '/api/v1/skills/undo', { token: t.admin });
    expect(existsSync(inHome('undo'))).toBe(false);
    expect((await t.call('DELETE', '/api/v1/skills/undo', { token: t.admin })).json.error.code).toBe('SKILL_UNKNOWN');
    await restore();
    expect(readFileSync(inHome('undo', 'SKILL.md'), 'utf8')).toContain('The first.');
    expect((await t.call('POST', '/api/v1/skills/nothing/restore', { token: t.admin })).json.error.code).toBe('SKILL_UNKNOWN');
  });

  it('takes a skill in JSON as it is', async () => {
    expect((await post('{"slug": "lone", "prompt": "p"}', 'application/octet-stream')).json.skill.slug).toBe('lone');
    expect(existsSync(inHome('lone.json'))).toBe(true);
  });
});

describe('an archive is refused', () => {
  const why = async (answer: ReturnType<typeof post>): Promise<string> => {
    const { status, json } = await answer;
    return `${status} ${json.error?.code} ${json.error?.message}`;
  };
  const good = { 'SKILL.md': skillMd('bad') };

  it('with a path that leads out, a link, or a name that is there twice', async () => {
    for (const path of ['../SKILL.md', '/etc/SKILL.md', 'a/../../SKILL.md', 'C:\\SKILL.md', 'a//SKILL.md'])
      expect(await why(install({ ...good, [path]: text('x') }))).toContain('400 ARCHIVE_REFUSED');
    expect(await why(install({ ...good, link: [text('/etc/passwd'), { os: 3, attrs: 0o120777 * 0x10000 }] }))).toContain('link is a link');
    expect(await why(install({ ...good, 'A.md': text('x'), 'a.md': text('y') }))).toContain('is there twice');
  });

  it('that is a bomb, says less than it holds, or is cut off', async () => {
    expect(await why(install({ ...good, 'zeros.bin': new Uint8Array(9 * 1024 * 1024) }))).toContain('8388608 is the most');
    const many = Object.fromEntries(Array.from({ length: 2_001 }, (_, n) => [`${n}.md`, text('')]));
    expect(await why(install({ ...good, ...many }))).toContain('more than 2000 files');
    const lying = Buffer.from(zipSync({ ...good, 'zeros.bin': new Uint8Array(1024 * 1024) }));
    const entry = lying.lastIndexOf('zeros.bin') - 46;
    lying.writeUInt32LE(10, entry + 24);
    expect(await why(post(lying))).toContain('not as large as the archive says');
    expect(await why(post(zipSync(good).subarray(0, 60)))).toContain('no zip, or cut off');
    expect(await why(post(Buffer.alloc(17 * 1024 * 1024)))).toContain('413 BODY_TOO_LARGE');
  });

  it('that is no skill', async () => {
    expect(await why(install({ 'README.md': text('x') }))).toContain('no SKILL.md');
    expect(await why(install({ 'a/SKILL.md': skillMd('a'), 'b/SKILL.md': skillMd('b') }))).toContain('stands outside the skill');
    expect(await why(install({ 'SKILL.md': text('no front matter') }))).toContain('front matter');
    expect(await why(post('{', 'application/octet-stream'))).toContain('not JSON');
    expect((await post('x', 'text/plain')).status).toBe(415);
    expect(existsSync(inHome('bad'))).toBe(false);
  });
});
