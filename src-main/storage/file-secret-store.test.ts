import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createFileSecretStore } from './file-secret-store.ts';
import { createKeyFileSource, openSecretFileSource } from './file-secret-store-key.ts';
import { describeSecretStore } from './secret-store.conformance.ts';

const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'openclaw-secrets-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

const withKeyFile = (folder: string) =>
  createFileSecretStore({
    file: join(folder, 'data', 'secrets.enc'),
    randomBytes,
    keySource: createKeyFileSource({ file: join(folder, 'data', 'secrets.key'), randomBytes }),
  });

const withSecretFile = async (folder: string, secret = 'correct horse battery', onReadableByOthers = () => {}) => {
  await writeFile(join(folder, 'secret'), secret, { mode: 0o600 });
  return createFileSecretStore({
    file: join(folder, 'data', 'secrets.enc'),
    randomBytes,
    keySource: await openSecretFileSource(join(folder, 'secret'), onReadableByOthers),
  });
};

describeSecretStore('file', async () => {
  const folder = await newFolder();
  return { store: withKeyFile(folder), reopen: async () => withKeyFile(folder) };
});

describeSecretStore('secret-file', async () => {
  const folder = await newFolder();
  return { store: await withSecretFile(folder), reopen: () => withSecretFile(folder) };
});

describe('the encrypted file', () => {
  let folder: string;
  const sealed = () => join(folder, 'data', 'secrets.enc');
  const unavailable = (message: RegExp) => ({ code: 'KEYCHAIN_UNAVAILABLE', message: expect.stringMatching(message) as string });

  beforeEach(async () => {
    folder = await newFolder();
  });

  it('shows no secret, is for its owner alone, and leaves nothing beside it', async () => {
    await withKeyFile(folder).set('provider', 'sk-very-secret');
    expect(await readFile(sealed(), 'utf8')).not.toMatch(/sk-very|provider/);
    expect(await readdir(join(folder, 'data'))).toEqual(['secrets.enc', 'secrets.key']);
    for (const name of ['data/secrets.enc', 'data/secrets.key']) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'data'))).mode & 0o777).toBe(0o700);
  });

  it('takes a key file back from other readers', async () => {
    await withKeyFile(folder).set('name', 'value');
    await chmod(join(folder, 'data', 'secrets.key'), 0o644);
    await withKeyFile(folder).get('name');
    expect((await stat(join(folder, 'data', 'secrets.key'))).mode & 0o777).toBe(0o600);
  });

  it('never makes a second key while a sealed file stands there', async () => {
    await withKeyFile(folder).set('name', 'value');
    await rm(join(folder, 'data', 'secrets.key'));
    await expect(withKeyFile(folder).get('name')).rejects.toMatchObject(unavailable(/secrets\.key is missing/));
    await expect(withKeyFile(folder).set('other', 'value')).rejects.toMatchObject(unavailable(/secrets\.key is missing/));
    expect(await readdir(join(folder, 'data'))).toEqual(['secrets.enc']);
  });

  it('refuses another key and leaves the file as it was', async () => {
    await (await withSecretFile(folder)).set('name', 'value');
    const before = await readFile(sealed());
    const other = await withSecretFile(folder, 'wrong horse battery');
    await expect(other.get('name')).rejects.toMatchObject(unavailable(/cannot be decrypted/));
    await expect(other.set('name', 'mine')).rejects.toMatchObject(unavailable(/cannot be decrypted/));
    await expect(other.delete('name')).rejects.toMatchObject(unavailable(/cannot be decrypted/));
    expect(await readFile(sealed())).toEqual(before);
  });

  it('says which store sealed the file', async () => {
    await withKeyFile(folder).set('name', 'value');
    await expect((await withSecretFile(folder)).get('name')).rejects.toMatchObject(unavailable(/sealed by the file store/));
  });

  it('notices any changed field', async () => {
    const store = await withSecretFile(folder);
    await store.set('name', 'value');
    const whole = JSON.parse(await readFile(sealed(), 'utf8')) as Record<string, string>;
    for (const field of ['salt', 'iv', 'tag', 'data']) {
      const bytes = Buffer.from(whole[field]!, 'base64');
      bytes[0]! ^= 1;
      await writeFile(sealed(), JSON.stringify({ ...whole, [field]: bytes.toString('base64') }));
      await expect(store.get('name')).rejects.toMatchObject(unavailable(/cannot be decrypted/));
    }
    await writeFile(sealed(), JSON.stringify(whole).slice(0, 40));
    await expect(store.get('name')).rejects.toMatchObject(unavailable(/is damaged/));
  });

  it('does not read a short tag as a weaker one', async () => {
    const store = await withSecretFile(folder);
    await store.set('name', 'value');
    const whole = JSON.parse(await readFile(sealed(), 'utf8')) as Record<string, string>;
    await writeFile(sealed(), JSON.stringify({ ...whole, tag: Buffer.from(whole.tag!, 'base64').subarray(0, 4).toString('base64') }));
    await expect(store.get('name')).rejects.toMatchObject(unavailable(/is damaged/));
  });

  it('warns only where the key lies beside it', async () => {
    expect(withKeyFile(folder).warning).toMatch(/only as safe as this user account/);
    expect((await withSecretFile(folder)).warning).toBeNull();
  });
});

describe('OPENCLAW_SECRET_FILE', () => {
  it('says what is wrong with the file', async () => {
    const folder = await newFolder();
    await expect(openSecretFileSource(join(folder, 'none'), () => {})).rejects.toMatchObject({
      code: 'KEYCHAIN_UNAVAILABLE',
      message: expect.stringMatching(/does not exist/) as string,
      hint: expect.stringMatching(/16 to 65536 bytes/) as string,
    });
    await expect(withSecretFile(folder, '0123456789abcde\n')).rejects.toMatchObject({
      message: expect.stringMatching(/15 bytes; that is too short/) as string,
    });
    await expect(withSecretFile(folder, 'x'.repeat(65_537))).rejects.toMatchObject({
      message: expect.stringMatching(/too long/) as string,
    });
  });

  it('does not mind a line end', async () => {
    const folder = await newFolder();
    await (await withSecretFile(folder, 'correct horse battery\r\n')).set('name', 'value');
    expect(await (await withSecretFile(folder, 'correct horse battery')).get('name')).toBe('value');
  });

  it.skipIf(process.platform === 'win32')('tells when everybody may read it', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'open'), 'correct horse battery');
    await chmod(join(folder, 'open'), 0o644);
    const told: string[] = [];
    await openSecretFileSource(join(folder, 'open'), () => told.push('open'));
    await withSecretFile(folder, 'correct horse battery', () => told.push('shut'));
    expect(told).toEqual(['open']);
  });
});
