import { describe, expect, it } from 'vitest';
import { readMention } from './mention.ts';

describe('a mention', () => {
  it('is the name at the very beginning, and the rest', () => {
    expect(readMention('@auto-deploy-vercel 部署我的Next.js项目')).toEqual({ name: 'auto-deploy-vercel', rest: '部署我的Next.js项目' });
    expect(readMention('@deploy部署')).toEqual({ name: 'deploy', rest: '部署' });
    expect(readMention('@pdf, please')).toEqual({ name: 'pdf', rest: ', please' });
    expect(readMention('@pdf.')).toEqual({ name: 'pdf', rest: '.' });
    expect(readMention('@v1.2\nnext line')).toEqual({ name: 'v1.2', rest: 'next line' });
    expect(readMention('@pdf')).toEqual({ name: 'pdf', rest: '' });
  });

  it('is no address, no package, and nothing further in', () => {
    for (const text of [
      '@',
      '@ home',
      '@@',
      'mail@example.com',
      '@me@example.com',
      '@types/node is broken',
      ' @pdf',
      'see @pdf',
      '@部署',
      '@-x',
    ])
      expect([text, readMention(text)]).toEqual([text, null]);
  });
});
