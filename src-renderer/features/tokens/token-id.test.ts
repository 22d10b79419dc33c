import { expect, it } from 'vitest';
import { tokenIdOf } from './token-id.ts';

const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.sig`;

it('reads which token a JWT is, whatever it is named', () => {
  expect(tokenIdOf(jwt({ jti: 'tok_a-b_c', name: '我的客户端 ÿ' }))).toBe('tok_a-b_c');
});

it.each([null, '', 'ock_abc', 'a.b.c', 'a.e30.c', `a.${btoa('[')}.c`])('knows that %j is none', (text) => {
  expect(tokenIdOf(text)).toBeNull();
});
