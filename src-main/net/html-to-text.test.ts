import { describe, expect, it } from 'vitest';
import { htmlToText } from './html-to-text.ts';

const text = (html: string, most = 10_000): string => htmlToText(html, 'https://example.com/a/', most);

describe('an HTML page as text', () => {
  it('is what stands on it, with its links, without what nobody reads', () => {
    const page = `<!doctype html><HTML><head><title>你好 &amp; hello</title><style>p{}</style><script>if (a < b) alert('<p>no')</SCRIPT ></head>
      <body><!-- <p>no --><h2>Part&nbsp;one</h2><p>First   line
      of <b>it</b>.</p><ul><li>one<li>two</ul><a class=x href="../b?c=1&amp;d=2">a link</a> <a href="javascript:alert(1)">none</a>
      <pre>  keep
   this</pre><table><tr><td>1</td><td>2</td></tr></table></body>`;
    expect(text(page)).toBe(
      '你好 & hello\n## Part one\nFirst line of it.\n- one\n- two\n[a link](https://example.com/b?c=1&d=2) none\n  keep\n   this\n1 | 2 |',
    );
  });

  it('takes what is no tag as text', () => {
    expect(text('1 < 2 &lt;b&gt; &#x4f60;&#22909; &bogus; &#0;&#x110000; a<')).toBe('1 < 2 <b> 你好 &bogus; a<');
  });

  it('comes to an end, whatever is not closed, and soon', () => {
    for (const html of ['<script>never', '<!-- never', '<a href="never', '<', '</', '<p', 'text<textarea>'])
      expect(text(html)).toMatch(/^(text|<)?(<\/)?$/);
    const started = performance.now();
    for (const piece of ['<', '<a href=x>', '<p>x', '<!--', '&', '<script>', '</', 'İ<p>']) text(piece.repeat(200_000), 40_000);
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('is no longer than asked for', () => {
    expect(text('<p>word</p>'.repeat(1_000), 100).length).toBeLessThanOrEqual(100);
  });
});
