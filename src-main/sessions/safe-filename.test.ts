import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeFilename } from './safe-filename.ts';

describe('safeFilename', () => {
  it.each([
    ['Fix the login bug', 'Fix the login bug.md'],
    ['修复登录 bug 🚀', '修复登录 bug 🚀.md'],
    ['../../etc/passwd', 'etc-passwd.md'],
    ['C:\\Windows\\system32', 'C--Windows-system32.md'],
    ['what? "this" <is> *it*|', 'what- -this- -is- -it--.md'],
    ['line one\nline two\ttab', 'line one line two tab.md'],
    ['CON', '_CON.md'],
    ['nul.txt', '_nul.txt.md'],
    ['Console', 'Console.md'],
    ['.hidden', 'hidden.md'],
    ['-rf', 'rf.md'],
    ['ends with dots...', 'ends with dots.md'],
    ['\u202egnp.exe', 'gnp.exe.md'],
    ['', 'session.md'],
    [' . ', 'session.md'],
    ['\u0000', 'session.md'],
  ])('%j is %j', (title, name) => expect(safeFilename(title, 'md')).toBe(name));

  it('is a good name whatever the title is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (title) => {
        const name = safeFilename(title, 'json');
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(126);
        expect(name).toMatch(/^[^\p{Cc}\p{Cs}/\\:*?"<>|. -][^\p{Cc}\p{Cs}/\\:*?"<>|]*\.json$/u);
        expect(name).not.toMatch(/[ .]\.json$/);
      }),
    );
  });
});
