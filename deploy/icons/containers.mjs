/** @typedef {{ size: number, png: Buffer }} Picture square, `size` pixels wide */

/** A Windows icon file: a directory of PNGs. @param {readonly Picture[]} pictures none over 256 @returns {Buffer} */
export const icoOf = (pictures) => {
  const head = Buffer.alloc(6 + 16 * pictures.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(pictures.length, 4);
  let offset = head.length;
  for (const [index, { size, png }] of pictures.entries()) {
    const at = 6 + 16 * index;
    // 0 stands for 256.
    head.writeUInt8(size % 256, at);
    head.writeUInt8(size % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(png.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([head, ...pictures.map(({ png }) => png)]);
};

/** The types that hold PNGs, by pixels; those after the first are for the same picture at twice the density. */
const icnsTypes = /** @type {Readonly<Record<number, readonly string[]>>} */ ({
  16: ['icp4'],
  32: ['icp5', 'ic11'],
  64: ['icp6', 'ic12'],
  128: ['ic07'],
  256: ['ic08', 'ic13'],
  512: ['ic09', 'ic14'],
  1024: ['ic10'],
});

/** A macOS icon file. @param {readonly Picture[]} pictures sizes it has no type for are left out @returns {Buffer} */
export const icnsOf = (pictures) => {
  const parts = pictures.flatMap(({ size, png }) => (icnsTypes[size] ?? []).map((type) => part(type, png)));
  return part('icns', Buffer.concat(parts));
};

/** @param {string} type @param {Buffer} bytes */
const part = (type, bytes) => {
  const head = Buffer.alloc(8);
  head.write(type, 'ascii');
  head.writeUInt32BE(8 + bytes.length, 4);
  return Buffer.concat([head, bytes]);
};
