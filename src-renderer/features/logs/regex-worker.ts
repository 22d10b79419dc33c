/** Tests lines against a pattern on a thread of its own, which can be ended when the pattern never comes to an end. */
export type RegexQuestion = { readonly pattern: string; readonly texts: readonly string[] };

let compiled: { readonly pattern: string; readonly regex: RegExp } | null = null;

addEventListener('message', ({ data }: MessageEvent<RegexQuestion>) => {
  if (compiled?.pattern !== data.pattern) compiled = { pattern: data.pattern, regex: new RegExp(data.pattern, 'i') };
  const { regex } = compiled;
  postMessage(data.texts.map((text) => regex.test(text)));
});
postMessage('ready');
