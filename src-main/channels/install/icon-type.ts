export const iconMost = 64 * 1024;
const png = Buffer.from('89504e470d0a1a0a', 'hex');

/** What an icon is, by its bytes and not by its name: a PNG, or an SVG in UTF-8; null for all else, and for one over 64 KiB. */
export const iconType = (content: Buffer): 'image/png' | 'image/svg+xml' | null => {
  if (content.length > iconMost) return null;
  if (content.subarray(0, png.length).equals(png)) return 'image/png';
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(content);
    // Before its element only what XML allows there; an entity could make it as large as one likes.
    return /^\s*(<\?xml[^>]*\?>\s*)?(<!--[\s\S]*?-->\s*)*<svg[\s/>]/.test(text) && !/<!(DOCTYPE|ENTITY)/i.test(text)
      ? 'image/svg+xml'
      : null;
  } catch {
    return null;
  }
};
