import { useTranslation } from 'react-i18next';
import type { Plugin } from '../../../src-shared/contract/rest.ts';

type Told = Pick<Plugin, 'name' | 'nameZh' | 'description' | 'descriptionZh'> & Partial<Pick<Plugin, 'detailsZh'>>;

export type PluginWords = {
  readonly name: string;
  readonly description: string | null;
  /** How it is, as it says it itself. */
  readonly detail: (text: string) => string;
};

/** What a plugin says of itself, in the language of the reader, where it speaks it. */
export const usePluginWords = (): ((plugin: Told) => PluginWords) => {
  const isChinese = useTranslation().i18n.language === 'zh-CN';
  return ({ name, nameZh, description, descriptionZh, detailsZh = {} }) => ({
    name: (isChinese ? nameZh : null) ?? name,
    description: (isChinese ? descriptionZh : null) ?? description,
    detail: (text) => (isChinese && Object.hasOwn(detailsZh, text) ? (detailsZh[text] ?? text) : text),
  });
};
