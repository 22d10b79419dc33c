import { createHash } from 'node:crypto';
import { strToU8, type Zippable, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { AppError } from '../../../src-shared/app-error.ts';
import { archiveOf } from '../../testing/plugin-archive.ts';
import { readPlugin } from './read-plugin.ts';

const main = strToU8('export default class {}');
const hash = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
const manifest = {
  ...{ id: 'mine', name: 'Mine', version: '1.0.0', kind: 'channel', engines: { pluginApi: 1 } },
  integrity: { 'index.mjs': hash(main) } as Record<string, string>,
};

/** What a careless or hostile packer makes. */
const packed = (files: Zippable, told: Readonly<Record<string, unknown>> = {}): Buffer =>
  Buffer.from(zipSync({ 'openclaw.plugin.json': strToU8(JSON.stringify({ ...manifest, ...told })), 'index.mjs': main, ...files }));
/** Named as a list, since an object cannot have the same name twice. */
const renamed = (from: string, to: string): Buffer => {
  const zip = packed({ [from]: strToU8('x') });
  const bytes = zip.toString('latin1').replaceAll(from, to);
  return Buffer.from(bytes, 'latin1');
};
const withEntry = (name: string, change: (zip: Buffer, entry: number) => void, files: Zippable = {}): Buffer => {
  const zip = packed(files);
  let at = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  at = zip.readUInt32LE(at + 16);
  while (zip.subarray(at + 46, at + 46 + zip.readUInt16LE(at + 28)).toString() !== name)
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  change(zip, at);
  return zip;
};
const why = async (archive: Buffer): Promise<string> => {
  const error = await readPlugin(archive).then(
    () => null,
    (thrown: AppError) => thrown,
  );
  if (error === null) return 'taken';
  return `${error.code} ${(error.details as { reason?: string }).reason}: ${error.message.replace('The archive is refused: ', '')}`;
};

const page = (text: string) => ({ path: 'icon.svg', content: strToU8(text) });

describe('a plugin’s archive', () => {
  it('is read as authors build it', async () => {
    const { manifest: read, files } = await readPlugin(archiveOf({ id: 'mine', permissions: { net: ['api.example.com'] } }));
    expect(read).toMatchObject({ id: 'mine', permissions: { net: ['api.example.com'], listen: false } });
    expect(files.map(({ path }) => path)).toEqual(['openclaw.plugin.json', 'index.mjs']);
    expect(await why(packed({}))).toBe('taken');
  });

  it.each<[string, () => Buffer, RegExp]>([
    [
      'an icon that is a page',
      () => archiveOf({ id: 'mine', icon: 'icon.svg' }, undefined, [page('<html><svg></svg></html>')]),
      / icon: icon\.svg is no PNG or SVG/,
    ],
    [
      'an icon with entities',
      () => archiveOf({ id: 'mine', icon: 'icon.svg' }, undefined, [page('<!DOCTYPE svg [<!ENTITY a "b">]><svg/>')]),
      / icon: /,
    ],
    [
      'an icon that is too large',
      () => archiveOf({ id: 'mine', icon: 'icon.svg' }, undefined, [page(`<svg>${' '.repeat(65_536)}</svg>`)]),
      / icon: .*64 KiB/,
    ],
    ['what is no zip', () => Buffer.from('hello'), / not-a-zip: .*no zip, or cut off/],
    ['one that is cut off', () => packed({}).subarray(0, -30), / not-a-zip: /],
    ['one whose middle is missing', () => Buffer.concat([packed({}).subarray(0, 40), packed({}).subarray(400)]), / (damaged|not-a-zip): /],
    ['a path that leads out', () => packed({ '../evil.mjs': main }), / leads-out: .*"\.\.\/evil\.mjs".*leads out/],
    ['one that leads out from further in', () => packed({ 'a/../../evil.mjs': main }), / leads-out: /],
    ['an absolute path', () => packed({ '/etc/evil': main }), / absolute-path: .*"\/etc\/evil"/],
    ['an absolute path of Windows', () => packed({ 'C:/evil': main }), / absolute-path: /],
    ['a backslash', () => renamed('evilxmjs', 'evil\\mjs'), / backslash: /],
    ['a link', () => withEntry('a', (zip, at) => zip.writeUInt32LE(0o120777 * 0x10000, at + 38), { a: main }), / link: a is a link/],
    ['a device', () => withEntry('a', (zip, at) => zip.writeUInt32LE(0o020666 * 0x10000, at + 38), { a: main }), / link: a is not a file/],
    ['an encrypted file', () => withEntry('index.mjs', (zip, at) => zip.writeUInt16LE(1, at + 8)), / encrypted: /],
    ['two names that are one', () => packed({ 'INDEX.mjs': main }), / twice: /],
    ['no manifest', () => Buffer.from(zipSync({ 'index.mjs': main })), / manifest: .*no openclaw\.plugin\.json/],
    [
      'a manifest that is not JSON',
      () => Buffer.from(zipSync({ 'openclaw.plugin.json': strToU8('{'), 'index.mjs': main })),
      / manifest: .*not JSON/,
    ],
    ['a manifest with more than it may say', () => packed({}, { postinstall: 'rm -rf /' }), / manifest: .*postinstall/],
    ['a file that its manifest does not list', () => packed({ 'more.mjs': main }), / unlisted-file: more\.mjs/],
    [
      'a file that is missing',
      () => packed({}, { integrity: { ...manifest.integrity, 'more.mjs': hash(main) } }),
      / missing-file: .*more\.mjs/,
    ],
    ['a main file that is not there', () => packed({}, { main: 'other.mjs' }), / missing-file: .*other\.mjs/],
    ['a manifest that is its own main file', () => packed({}, { main: 'openclaw.plugin.json' }), / missing-file: /],
    ['a wrong hash', () => packed({}, { integrity: { 'index.mjs': hash(strToU8('other')) } }), / wrong-hash: index\.mjs/],
    ['an id that is none', () => packed({}, { id: '../mine' }), / id: .*a plugin id is/],
    ['a version that is none', () => packed({}, { version: 'latest' }), / version: .*a version is like 1\.2\.3/],
    ['a later plugin API', () => packed({}, { engines: { pluginApi: 2 }, unknownToUs: true }), / plugin-api: .*plugin API 2.* speaks 1/],
    ['NODE_OPTIONS', () => packed({}, { permissions: { env: ['NODE_OPTIONS'] } }), / environment: .*nobody's to ask for/],
    ['LD_PRELOAD', () => packed({}, { permissions: { env: ['ld_preload'] } }), / environment: /],
    ['OPENCLAW_HOME', () => packed({}, { permissions: { env: ['OPENCLAW_HOME'] } }), / environment: /],
    ['a folder that is relative', () => packed({}, { permissions: { fs: ['../..'] } }), / manifest: .*absolute/],
  ])('with %s is refused', async (_name, archive, words) => {
    expect(await why(archive())).toMatch(words);
    expect(await why(archive())).toMatch(/^ARCHIVE_REFUSED .*Nothing was installed\.$/);
  });

  it('that is too large is refused by what it says, before it is unpacked', async () => {
    const claim = (size: number) => withEntry('big', (zip, at) => zip.writeUInt32LE(size, at + 24), { big: main });
    expect(await why(claim(32 * 1024 * 1024 + 1))).toMatch(/ file-too-large: big would have 33554433 bytes/);
    const three = withEntry('a', (zip, at) => zip.writeUInt32LE(30 * 1024 * 1024, at + 24), { a: main, b: main, c: main });
    for (const name of ['b', 'c']) {
      const at = three.lastIndexOf(Buffer.from(name, 'latin1'), three.lastIndexOf('PK\x05\x06', undefined, 'latin1') - 1);
      three.writeUInt32LE(30 * 1024 * 1024, at - 46 + 24);
    }
    expect(await why(three)).toMatch(/ too-large: It would unpack to 943\d+ bytes/);
  });

  it('that is a bomb is stopped where it has grown past what it says', async () => {
    const bomb = withEntry('bomb', (zip, at) => zip.writeUInt32LE(1_000, at + 24), { bomb: new Uint8Array(30 * 1024 * 1024) });
    const before = process.memoryUsage().arrayBuffers;
    expect(await why(bomb)).toMatch(/ not-as-large: bomb/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 1024 * 1024);
  });
});
