/** For text and attributes alike. */
export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** For a renderer of `marked`: HTML in Markdown stays text, and a picture is a link, or looking at it would tell its server. */
export const calmHtml = {
  html: ({ text }: { readonly text: string }): string => escapeHtml(text),
  image: ({ href, text }: { readonly href: string; readonly text: string }): string =>
    `<a href="${escapeHtml(href)}">${escapeHtml(text || href)}</a>`,
};
