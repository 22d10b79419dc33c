import type { Plugin } from '../../../src-shared/contract/rest.ts';

/** What a plugin says of what it has to be told. */
export type PluginForm = Pick<Plugin, 'kind' | 'configSchema' | 'uiHints'>;
type Hint = Plugin['uiHints'][string];

/** In the language of the reader, where the plugin speaks it. */
export const hintText = (hint: Hint | undefined, what: 'label' | 'help', language: string): string | undefined =>
  (language === 'zh-CN' ? hint?.[`${what}Zh`] : undefined) ?? hint?.[what];
