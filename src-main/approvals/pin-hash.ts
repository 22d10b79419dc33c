import { createHash, scrypt, timingSafeEqual } from 'node:crypto';
import type { RandomBytes } from '../gateway-ports.ts';

/** 32 MiB and about 100 ms a try, on the thread pool. */
const cost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const keyLength = 32;

/** `scrypt$<salt>$<key>`, both base64url. */
export const hashPin = async (pin: string, randomBytes: RandomBytes): Promise<string> => {
  const salt = randomBytes(16);
  return `scrypt$${salt.toString('base64url')}$${(await derive(pin, salt)).toString('base64url')}`;
};

export const matchesPin = async (pin: string, hash: string): Promise<boolean> => {
  const [, salt = '', key = ''] = hash.split('$');
  const expected = Buffer.from(key, 'base64url');
  const given = await derive(pin, Buffer.from(salt, 'base64url'));
  return expected.length === given.length && timingSafeEqual(expected, given);
};

/** What the database may know of a hash: enough to recognise it. Without the salt it is nothing to try PINs on. */
export const fingerprintOf = (hash: string): string => createHash('sha256').update('openclaw pin\0').update(hash).digest('hex');

/** Normalized: one passphrase, however a keyboard composes its characters. */
const derive = (pin: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(pin.normalize('NFC'), salt, keyLength, cost, (error, key) => (error ? reject(error) : resolve(key))),
  );
