import { expect, it } from 'vitest';
import { readTouch, touch } from './touches.ts';

it.each([
  ['everything', {}],
  ['variable', { name: 'PATH' }],
  ['service', { name: 'api.example.com' }],
  ['privateService', { name: '192.168.0.7:8080' }],
  ['file', { name: 'the file, which has 1 bytes now.md', bytes: '12' }],
  ['newFile', { name: 'notes.md' }],
] as const)('what is said of %s is read back', (code, values) => {
  expect(readTouch(touch(code, values))).toEqual({ code, values });
});

it('words that nobody knows are left alone', () => {
  expect(readTouch('the moon')).toBeNull();
});
