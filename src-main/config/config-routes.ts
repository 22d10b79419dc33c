import type { RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import type { ConfigEditor } from './config-editor.ts';
import type { ConfigService } from './config-service.ts';
import { parseConfig } from './parse-config.ts';

type Info = { readonly pin: string | null };
type Ids = 'getConfig' | 'patchConfig' | 'checkConfig' | 'saveConfig' | 'getConfigSchema';
export type ConfigRoutes = { readonly [Id in Ids]: (input: RouteInput<Id>, info: Info) => Promise<RouteAnswer<Id>> };

/** @throws AppError PIN_REQUIRED, PIN_WRONG, PIN_LOCKED */
type RequirePin = (given: string | null, what: string) => Promise<void>;

/** No tool of an agent can reach these: they need a token with scope `config`, or the admin socket. */
export const createConfigRoutes = (configuration: ConfigService, requirePin: RequirePin): ConfigRoutes => {
  const changed = async (
    info: Info,
    change: (approve: Parameters<ConfigEditor['patch']>[1]) => Promise<string>,
  ): Promise<RouteAnswer<'patchConfig'>> => {
    const text = await change((what) => requirePin(info.pin, what));
    const { config, restartFor } = await configuration.read();
    return { status: 200, body: { config, text, restartFor } };
  };

  return {
    getConfig: async () => ({ status: 200, body: { ...(await configuration.read()), problems: [...configuration.problems()] } }),
    patchConfig: ({ body }, info) => changed(info, (approve) => configuration.patch(body, approve)),
    saveConfig: ({ body }, info) => changed(info, (approve) => configuration.save(body.text, body.was, approve)),
    checkConfig: async ({ body }) => {
      const { problems, skipped } = parseConfig(body.text);
      return { status: 200, body: { problems: [...problems, ...skipped] } };
    },
    getConfigSchema: async () => ({ status: 200, body: (await import('./config-json-schema.ts')).configJsonSchema() }),
  };
};
