/**
 * A glob as a regular expression over a path with forward slashes: `*` and `?` within one name, `**` over folders,
 * `[a-z]`, `[!a]`, `{a,b}`, and `\` before a character that stands for itself. A pattern without a slash is looked
 * for in every folder, as in `.gitignore`.
 *
 * @throws SyntaxError for a bracket or brace that is never closed
 */
export const globToRegExp = (glob: string): RegExp => {
  const pattern = glob.replace(/^\.?\//, '');
  return new RegExp(`^(?:${translate(pattern.includes('/') ? pattern : `**/${pattern}`)})$`, 'us');
};

const translate = (glob: string): string => {
  let out = '';
  let braces = 0;
  for (let at = 0; at < glob.length; at += 1) {
    const rest = glob.slice(at);
    const folders = /^\*{2,}(\/|$)/.exec(rest);
    const set = /^\[(!|\^)?(\]?[^\]/]*)\]/.exec(rest);
    const char = String.fromCodePoint(glob.codePointAt(at) ?? 0);
    if (folders && (at === 0 || glob[at - 1] === '/' || glob[at - 1] === '{' || glob[at - 1] === ',')) {
      // `a/**` is all that is in a, `**/b` is b anywhere.
      out += folders[1] === '/' ? '(?:[^/]+/)*' : '.*';
      at += folders[0].length - 1;
    } else if (char === '*') out += out.endsWith('[^/]*') ? '' : '[^/]*';
    else if (char === '?') out += '[^/]';
    else if (char === '[') {
      if (!set) throw new SyntaxError('a [ is never closed');
      out += `(?!/)[${set[1] ? '^' : ''}${(set[2] ?? '').replace(/[\\\]^[&~|]/g, '\\$&')}]`;
      at += set[0].length - 1;
    } else if (char === '{') {
      braces += 1;
      out += '(?:';
    } else if (char === '}' && braces > 0) {
      braces -= 1;
      out += ')';
    } else if (char === ',' && braces > 0) out += '|';
    else {
      if (char === '\\' && at + 1 < glob.length) at += 1;
      const plain = String.fromCodePoint(glob.codePointAt(at) ?? 0);
      out += plain.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');
      at += plain.length - 1;
    }
  }
  if (braces > 0) throw new SyntaxError('a { is never closed');
  return out;
};
