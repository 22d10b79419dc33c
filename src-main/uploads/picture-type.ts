/** The pictures that models and pages take, by their first bytes; what a client calls them proves nothing. */
export const pictureType = (head: Buffer): 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | null => {
  if (head.subarray(0, 8).equals(png)) return 'image/png';
  if (head.subarray(0, 3).equals(jpeg)) return 'image/jpeg';
  if (/^GIF8[79]a/.test(head.toString('latin1'))) return 'image/gif';
  if (/^RIFF.{4}WEBP/s.test(head.toString('latin1'))) return 'image/webp';
  return null;
};

const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const jpeg = Buffer.from([0xff, 0xd8, 0xff]);
