/** Hands a file to the browser's downloads, or to the window's save dialog. */
export const saveFile = ({ name, content }: { readonly name: string; readonly content: Blob }): void => {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own hold on it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
};
