/**
 * What of an HTML page is there to be read, as plain text with its links in Markdown: one pass, no tree, no script run.
 * Stops once it has `most` UTF-16 units.
 */
export const htmlToText = (html: string, base: string, most: number): string => {
  const out = createPieces();
  let href: string | null = null;
  let isPre = false;
  for (let at = 0; at < html.length && out.length() < most; ) {
    const open = html.indexOf('<', at);
    out.say(html.slice(at, open < 0 ? undefined : open), isPre);
    if (open < 0) break;
    if (html.startsWith('<!--', open)) {
      at = endOf(html, '-->', open + 4);
      continue;
    }
    const isClosing = html[open + 1] === '/';
    const name = /^[a-z][a-z0-9-]*/i.exec(html.slice(open + (isClosing ? 2 : 1), open + 32))?.[0].toLowerCase() ?? '';
    if (name === '' && !/[/!?]/.test(html[open + 1] ?? '')) {
      // No tag, only the character.
      out.add('<');
      at = open + 1;
      continue;
    }
    const end = endOf(html, '>', open);
    // Cut off in the middle of a tag.
    if (html[end - 1] !== '>') break;
    at = !isClosing && unread.has(name) ? endOfElement(html, name, end) : end;
    if (blocks.has(name)) out.line();
    if (name === 'pre') isPre = !isClosing;
    if (name === 'li' && !isClosing) out.add('- ');
    if (/^h[1-6]$/.test(name) && !isClosing) out.add(`${'#'.repeat(Number(name[1]))} `);
    if ((name === 'td' || name === 'th') && isClosing) out.add(' | ');
    if (name === 'a') {
      if (href !== null) out.add(`](${href})`);
      href = isClosing ? null : linkOf(html.slice(open, end), base);
      if (href !== null) out.add('[');
    }
  }
  return out.text().slice(0, most).trim();
};

/** Text as it grows, without blanks or empty lines that say nothing. */
const createPieces = () => {
  const pieces: string[] = [];
  let length = 0;
  let last = '\n';
  const add = (text: string): void => {
    if (text === '') return;
    pieces.push(text);
    length += text.length;
    last = text.slice(-1);
  };
  return {
    add,
    say: (text: string, asItIs: boolean): void => {
      const words = decodeEntities(text);
      const plain = asItIs ? words : words.replace(/\s+/g, ' ');
      add(!asItIs && (last === ' ' || last === '\n') ? plain.trimStart() : plain);
    },
    line: (): void => {
      if (last === ' ') pieces.push(pieces.pop()?.trimEnd() ?? '');
      if (last !== '\n') add('\n');
    },
    length: () => length,
    text: () => pieces.join(''),
  };
};

/** The end of the next `text`, or of everything. */
const endOf = (html: string, text: string, from: number): number => {
  const found = html.indexOf(text, from);
  return found < 0 ? html.length : found + text.length;
};

const endOfElement = (html: string, name: string, from: number): number => {
  const close = new RegExp(`</${name}`, 'gi');
  close.lastIndex = from;
  return close.test(html) ? endOf(html, '>', close.lastIndex) : html.length;
};

const linkOf = (tag: string, base: string): string | null => {
  const found = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i.exec(tag.slice(0, 4_096));
  const href = decodeEntities(found?.[1] ?? found?.[2] ?? found?.[3] ?? '#');
  if (href.startsWith('#') || !URL.canParse(href, base)) return null;
  const url = new URL(href, base);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
};

const unread: ReadonlySet<string> = new Set('script style noscript template svg iframe textarea select'.split(' '));
const blocks: ReadonlySet<string> = new Set(
  'p div br hr li ul ol h1 h2 h3 h4 h5 h6 tr table section article header footer main nav aside pre blockquote figure form dt dd dl title'.split(
    ' ',
  ),
);

const named: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', copy: '©', reg: '®', trade: '™', hellip: '…', mdash: '—', ndash: '–' },
  ...{ laquo: '«', raquo: '»', ldquo: '“', rdquo: '”', lsquo: '‘', rsquo: '’', middot: '·', bull: '•', times: '×', euro: '€' },
};

const decodeEntities = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return named[name] ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
