import { type ArchiveFile, type UnsealedManifest, writeArchive } from '../../packages/create-openclaw-plugin/src/archive/write-archive.ts';

/** A `.plugin` file as authors build it. */
export const archiveOf = (
  manifest: Partial<UnsealedManifest> & { readonly id: string },
  code = 'export default class {}',
  more: readonly ArchiveFile[] = [],
): Buffer => {
  const main: ArchiveFile = { path: 'index.mjs', content: Buffer.from(code) };
  const whole = { name: manifest.id, version: '1.0.0', kind: 'channel' as const, engines: { pluginApi: 1 }, ...manifest };
  return Buffer.from(writeArchive(whole, [main, ...more]));
};

/** As a request's body comes. */
export const chunksOf = async function* (...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
};
