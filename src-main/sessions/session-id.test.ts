import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sessionRefSchema } from '../../src-shared/models/ids.ts';
import { fromSessionId, toSessionId } from './session-id.ts';

describe('a Session ID', () => {
  const key = randomBytes(32);
  const handle = randomBytes(16).toString('base64url');

  it('is ses_ and 43 characters, and leads back to its handle', () => {
    const id = toSessionId(handle, key);
    expect(id).toMatch(/^ses_[A-Za-z0-9_-]{43}$/);
    expect(sessionRefSchema.parse(id)).toBe(id);
    expect(fromSessionId(id, key)).toBe(handle);
  });

  it('cannot be made from a handle without the key, and ends with the key', () => {
    const id = toSessionId(handle, key);
    expect(fromSessionId(id, randomBytes(32))).toBeNull();
    expect(fromSessionId(toSessionId(handle, randomBytes(32)), key)).toBeNull();
    expect(fromSessionId(`ses_${'A'.repeat(43)}`, key)).toBeNull();
    expect(fromSessionId(handle, key)).toBeNull();
  });
});
