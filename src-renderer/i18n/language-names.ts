import type { Language } from './languages.ts';

/** Each in its own tongue, so that it can be found by who cannot read the rest. Not translated for the same reason. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', 'zh-CN': '简体中文' };
