import { createHighlighterCore, type HighlighterCore, type LanguageInput, type ThemedToken } from 'shiki/core';
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript';

/** Each grammar is a file of its own, loaded when it is first met. Other languages are shown plain. */
const grammars: Readonly<Record<string, LanguageInput>> = {
  bash: () => import('shiki/langs/bash.mjs'),
  c: () => import('shiki/langs/c.mjs'),
  cpp: () => import('shiki/langs/cpp.mjs'),
  css: () => import('shiki/langs/css.mjs'),
  diff: () => import('shiki/langs/diff.mjs'),
  docker: () => import('shiki/langs/docker.mjs'),
  go: () => import('shiki/langs/go.mjs'),
  html: () => import('shiki/langs/html.mjs'),
  java: () => import('shiki/langs/java.mjs'),
  javascript: () => import('shiki/langs/javascript.mjs'),
  json: () => import('shiki/langs/json.mjs'),
  jsonc: () => import('shiki/langs/jsonc.mjs'),
  markdown: () => import('shiki/langs/markdown.mjs'),
  python: () => import('shiki/langs/python.mjs'),
  rust: () => import('shiki/langs/rust.mjs'),
  sql: () => import('shiki/langs/sql.mjs'),
  toml: () => import('shiki/langs/toml.mjs'),
  tsx: () => import('shiki/langs/tsx.mjs'),
  typescript: () => import('shiki/langs/typescript.mjs'),
  yaml: () => import('shiki/langs/yaml.mjs'),
};

const otherNames: Readonly<Record<string, string>> = {
  sh: 'bash',
  shell: 'bash',
  zsh: 'bash',
  'c++': 'cpp',
  dockerfile: 'docker',
  golang: 'go',
  js: 'javascript',
  jsx: 'tsx',
  md: 'markdown',
  py: 'python',
  rs: 'rust',
  ts: 'typescript',
  yml: 'yaml',
};

/** Above this a block stays plain: colouring it would hold up the page. */
const longestCode = 50_000;

export type CodeHighlighter = {
  /** Lines of coloured tokens (`--light` and `--dark` in each style), or null for a language it does not know. */
  readonly highlight: (code: string, language: string) => Promise<readonly (readonly ThemedToken[])[] | null>;
};

/** Without wasm and eval, which the page's policy forbids: shiki on the browser's own regular expressions. */
const createCodeHighlighter = (): CodeHighlighter => {
  let core: Promise<HighlighterCore> | null = null;
  return {
    highlight: async (code, language) => {
      const name = otherNames[language.toLowerCase()] ?? language.toLowerCase();
      const grammar = Object.hasOwn(grammars, name) ? grammars[name] : undefined;
      if (grammar === undefined || code.length > longestCode) return null;
      core ??= createHighlighterCore({
        engine: createJavaScriptRegexEngine({ forgiving: true }),
        themes: [import('shiki/themes/github-light-high-contrast.mjs'), import('shiki/themes/github-dark-high-contrast.mjs')],
      });
      const shiki = await core;
      await shiki.loadLanguage(grammar);
      return shiki.codeToTokens(code, {
        lang: name,
        themes: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
        defaultColor: false,
        cssVariablePrefix: '--',
      }).tokens;
    },
  };
};

/** One for the page: its grammars are dear. */
export const codeHighlighter = createCodeHighlighter();
