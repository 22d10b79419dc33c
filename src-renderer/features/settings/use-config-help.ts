import { useTranslation } from 'react-i18next';
import { configHelpZh } from './config-help-zh.ts';
import type { SchemaField } from './schema-fields.ts';

/** The line of help of a key, in the language of the reader. The schema itself has it in English. */
export const useConfigHelp = (): ((field: Pick<SchemaField, 'help' | 'helpKey'>) => string) => {
  const { i18n } = useTranslation();
  return ({ help, helpKey }) => (i18n.language === 'zh-CN' ? (configHelpZh[helpKey] ?? help) : help);
};
