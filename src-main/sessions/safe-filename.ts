/** Longest name without its extension, in UTF-8 bytes: file systems take 255, and people copy files into deep folders. */
const maxBytes = 120;

/** Device names of Windows, which no file may have, whatever its extension. */
const reserved = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

/** A file name made from what a person wrote, good on every system: no path, no control or bidi characters, no device. */
export const safeFilename = (title: string, extension: string): string => {
  const plain = title
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/[/\\:*?"<>|]/g, '-')
    .replace(/\s+/g, ' ');
  const name = trimEnds(shorten(trimEnds(plain)));
  return `${name === '' ? 'session' : reserved.test(name) ? `_${name}` : name}.${extension}`;
};

/** A leading dot hides a file, a leading dash is an option to programs, Windows drops dots and blanks at the end. */
const trimEnds = (name: string): string => name.replace(/^[ .-]+|[ .]+$/g, '');

const shorten = (name: string): string => {
  let bytes = 0;
  let short = '';
  for (const char of name) {
    bytes += Buffer.byteLength(char);
    if (bytes > maxBytes) break;
    short += char;
  }
  return short;
};
