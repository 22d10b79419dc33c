import { strToU8, unzipSync } from 'fflate';
import { afterEach, expect, test, vi } from 'vitest';
import { pluginManifestSchema } from '../../../../src-shared/models/plugin-manifest.ts';
import { fileMost, sha256, type UnsealedManifest, writeArchive } from './write-archive.ts';

const manifest: UnsealedManifest = {
  id: 'my-channel',
  name: 'My channel',
  version: '1.0.0',
  kind: 'channel',
  engines: { pluginApi: 1 },
  readme: 'README.md',
};
const main = { path: 'index.mjs', content: strToU8('export default {}') };
const readme = { path: 'README.md', content: strToU8('# My channel') };

test('the manifest comes first, and has the hash of every other file', () => {
  const files = unzipSync(writeArchive(manifest, [main, readme]));
  expect(Object.keys(files)).toEqual(['openclaw.plugin.json', 'README.md', 'index.mjs']);
  const sealed = pluginManifestSchema.parse(JSON.parse(Buffer.from(files['openclaw.plugin.json']!).toString()));
  expect(sealed.integrity).toEqual({ 'README.md': sha256(readme.content), 'index.mjs': sha256(main.content) });
  expect(files['index.mjs']).toEqual(main.content);
});

afterEach(() => void vi.unstubAllEnvs());
test('the same files give the same bytes, in any order and time zone', () => {
  const bytes = ['Asia/Shanghai', 'America/Los_Angeles', 'UTC'].map((TZ, index) => {
    vi.stubEnv('TZ', TZ);
    return sha256(writeArchive(manifest, index === 1 ? [main, readme] : [readme, main]));
  });
  expect(new Set(bytes).size).toBe(1);
});

test.each<[string, UnsealedManifest, { path: string; content: Uint8Array }[], RegExp]>([
  ['a main file that is not there', manifest, [readme], /names index\.mjs/],
  ['a README that is not there', manifest, [main], /names README\.md/],
  ['an id that is none', { ...manifest, id: 'My Channel' }, [main, readme], /a plugin id is/],
  ['a version that is none', { ...manifest, version: 'one' }, [main, readme], /a version is like/],
  ['a path that leads out', manifest, [main, readme, { ...main, path: '../x' }], /no name for a file/],
  ['a backslash', manifest, [main, readme, { ...main, path: 'a\\x' }], /no name for a file/],
  ['a name twice', manifest, [main, readme, { ...main, path: 'INDEX.mjs' }], /twice/],
  ['too large a file', manifest, [main, readme, { path: 'x.bin', content: new Uint8Array(fileMost + 1) }], /is the most/],
])('%s is refused', (_, given, files, words) => {
  expect(() => writeArchive(given, files)).toThrow(words);
});
