import { createCipheriv, createDecipheriv } from 'node:crypto';
import * as z from 'zod';

const base64 = (bytes: number) => z.base64().refine((text) => Buffer.from(text, 'base64').length === bytes, `must be ${bytes} bytes`);

/** `data/secrets.enc` as it stands on the disk: JSON, all bytes in base64. */
export const sealedFileSchema = z.strictObject({
  version: z.literal(1),
  /** Whose key opens it. */
  key: z.enum(['file', 'secret-file']),
  salt: base64(16),
  iv: base64(12),
  tag: base64(16),
  data: z.base64(),
});
export type SealedFile = z.output<typeof sealedFileSchema>;

const cipher = 'aes-256-gcm';

/** Encrypts under a 32-byte key; `iv` must be new each time. The header is authenticated too. */
export const seal = (
  plain: string,
  key: Buffer,
  header: { readonly key: SealedFile['key']; readonly salt: Buffer; readonly iv: Buffer },
): SealedFile => {
  const salt = header.salt.toString('base64');
  const encrypt = createCipheriv(cipher, key, header.iv).setAAD(additionalData({ version: 1, key: header.key, salt }));
  const data = Buffer.concat([encrypt.update(plain, 'utf8'), encrypt.final()]).toString('base64');
  return { version: 1, key: header.key, salt, iv: header.iv.toString('base64'), tag: encrypt.getAuthTag().toString('base64'), data };
};

/** The plain text, or null where the key is another or a byte was changed. */
export const openSealed = (sealed: SealedFile, key: Buffer): string | null => {
  const decrypt = createDecipheriv(cipher, key, Buffer.from(sealed.iv, 'base64'))
    .setAAD(additionalData(sealed))
    .setAuthTag(Buffer.from(sealed.tag, 'base64'));
  try {
    return Buffer.concat([decrypt.update(Buffer.from(sealed.data, 'base64')), decrypt.final()]).toString('utf8');
  } catch {
    return null;
  }
};

const additionalData = ({ version, key, salt }: Pick<SealedFile, 'version' | 'key' | 'salt'>): Buffer =>
  Buffer.from(`openclaw secrets ${version} ${key} ${salt}`);
