/**
 * @typedef {{ transferred: number, total: number | null, doing?: string }} Progress in bytes
 * @typedef {(at: Progress) => void} Show
 */

/**
 * One line that moves on a terminal; elsewhere a line whenever another quarter is done.
 * @param {{ write: (text: string) => unknown, isTTY?: boolean }} out
 * @param {string} title
 * @returns {{ update: Show, end: (words: string) => void }}
 */
export const formatProgress = (out, title) => {
  let quarter = -1;
  let shown = '';
  out.write(out.isTTY ? `${title} …` : `${title} …\n`);
  return {
    update: ({ transferred, total, doing }) => {
      const mb = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(0);
      const text = doing ?? `${mb(transferred)}${total ? ` of ${mb(total)}` : ''} MB`;
      if (text === shown) return;
      shown = text;
      if (out.isTTY) out.write(`\r\x1b[K${title} … ${text}`);
      else if (doing || Math.floor((4 * transferred) / (total ?? Number.POSITIVE_INFINITY)) > quarter) {
        quarter = Math.floor((4 * transferred) / (total ?? Number.POSITIVE_INFINITY));
        out.write(`${title} … ${text}\n`);
      }
    },
    end: (words) => {
      out.write(out.isTTY ? `\r\x1b[K${title} … ${words}\n` : `${title} … ${words}\n`);
    },
  };
};
