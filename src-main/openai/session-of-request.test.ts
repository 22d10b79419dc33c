import { describe, expect, it } from 'vitest';
import { sessionNameSchema } from '../../src-shared/models/ids.ts';
import { sessionOfRequest } from './session-of-request.ts';

describe('the session of a request', () => {
  it('is none without a name for it', () => {
    for (const user of [undefined, null, '']) expect(sessionOfRequest({}, user)).toBeNull();
  });

  it('is named by `user`, and by the header before that', () => {
    expect(sessionOfRequest({}, 'alice.home')).toBe('alice.home');
    expect(sessionOfRequest({ 'x-openclaw-session': 'mine' }, 'alice')).toBe('mine');
    const sessionId = `ses_${'a'.repeat(43)}`;
    expect(sessionOfRequest({ 'x-openclaw-session': sessionId }, undefined)).toBe(sessionId);
  });

  it('has a name of its own for every `user` that is no session name, and never takes one for a credential or a handle', () => {
    const odd = ['alice@example.com', '张三', '..', ' ', 'a b', `ses_${'a'.repeat(43)}`, 'a'.repeat(22), 'x'.repeat(129)];
    const names = odd.map((user) => sessionOfRequest({}, user) ?? '');
    expect(new Set(names).size).toBe(odd.length);
    for (const name of names) {
      expect(name).toMatch(/^user:/);
      expect(sessionNameSchema.safeParse(name).success).toBe(true);
    }
    expect(sessionOfRequest({}, '张三')).toBe(names[1]);
  });

  it('refuses a header that names no session', () => {
    for (const ref of ['', '..', 'a/b', ['a', 'b']])
      expect(() => sessionOfRequest({ 'x-openclaw-session': ref }, 'alice')).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });
});
