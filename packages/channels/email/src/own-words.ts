import { convert } from 'html-to-text';

const mostHtml = 1024 * 1024;

/** HTML as people would have written it without. What it loads from elsewhere is not named. */
export const textOfHtml = (html: string): string =>
  convert(html.slice(0, mostHtml), {
    wordwrap: false,
    limits: { maxDepth: 200, maxInputLength: mostHtml },
    selectors: [
      { selector: 'img', format: 'skip' },
      { selector: 'a', options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['(', ')'] } },
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
    ],
  }).trim();

/**
 * What somebody wrote in a reply, without what they answer and their signature. Where their words stand between the quoted lines,
 * all of it stays.
 */
export const ownWords = (text: string): string => {
  const lines = text.split('\n');
  const signature = lines.findIndex((line) => /^-- ?$/.test(line));
  const body = signature > 0 ? lines.slice(0, signature) : lines;
  const start = body.findIndex((_, at) => startsQuote(body, at));
  const above = withoutQuoteBelow(start < 0 ? body : body.slice(0, start));
  return above.join('\n').trim() || text.trim();
};

const isEmpty = (line: string | undefined): boolean => line?.trim() === '';
const isQuoted = (line: string | undefined): boolean => line?.startsWith('>') === true;

/** "-----Original Message-----" and what QQ and 163 write there. */
const divider = /^\s*-{2,}\s*(Original Message|Original|Ursprüngliche Nachricht|Message d'origine|原始邮件|原邮件)\s*-{2,}\s*$/i;
const attribution = /(wrote|schrieb|a écrit|escribió|写道)\s*[:：]\s*$/;
const field = /^\s*\*?(From|Von|De|发件人|Sent|Date|Gesendet|发送时间|日期|To|An|收件人|Subject|Betreff|主题)\s*\*?[:：]/i;
const from = /^\s*\*?(From|Von|De|发件人)\s*\*?[:：]/i;

const startsQuote = (lines: readonly string[], at: number): boolean => {
  const [line = '', ...next] = lines.slice(at, at + 5);
  if (divider.test(line)) return true;
  if (from.test(line)) return next.filter((other) => field.test(other)).length >= 2;
  if (/^_{10,}\s*$/.test(line)) return next.some((other) => from.test(other));
  // Long names break it into two lines.
  const isAttribution = attribution.test(line) || (/^(On|Am|Le|El|在)\b/.test(line) && attribution.test(next[0] ?? ''));
  if (!isAttribution) return false;
  const rest = lines.slice(at + (attribution.test(line) ? 1 : 2));
  return rest.every((other) => isEmpty(other) || isQuoted(other));
};

const withoutQuoteBelow = (lines: readonly string[]): readonly string[] => {
  let end = lines.length;
  while (end > 0 && (isEmpty(lines[end - 1]) || isQuoted(lines[end - 1]))) end -= 1;
  return lines.slice(0, end);
};
