import { useTranslation } from 'react-i18next';
import type { SchemaField } from '../../schema-form/schema-fields.ts';
import { configHelpZh } from './config-help-zh.ts';

/** The line of help of a key, in the language of the reader. The schema itself has it in English. */
export const useConfigHelp = (): ((field: Pick<SchemaField, 'help' | 'helpKey'>) => string) => {
  const { i18n } = useTranslation();
  return ({ help, helpKey }) => (i18n.language === 'zh-CN' ? (configHelpZh[helpKey] ?? help) : help);
};
