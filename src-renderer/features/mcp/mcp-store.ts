import { createStore, type StoreApi } from 'zustand/vanilla';
import type { McpServerView } from '../../../src-shared/contract/routes/mcp.ts';
import { ApiError } from '../../api/api-error.ts';
import type { HttpClient } from '../../api/http-client.ts';
import type { PinPrompt } from '../../pin/pin-prompt.ts';
import { keyNameOf, type Secret, type Servers, withReferences } from './read-paste.ts';

export type McpState = { readonly servers: readonly McpServerView[] | null; readonly error: ApiError | null };
export type McpCall = { readonly ok: boolean; readonly result: string; readonly durationMs: number };

/** Every action rejects with an ApiError; false or null means that the user did not want to give the PIN. */
export type McpStore = StoreApi<McpState> & {
  readonly load: () => Promise<void>;
  /** @param secrets go to the keychain first, and only their names into the configuration */
  readonly add: (servers: Servers, secrets: readonly Secret[]) => Promise<boolean>;
  readonly turn: (name: string, on: boolean) => Promise<boolean>;
  readonly remove: (name: string) => Promise<boolean>;
  readonly restart: (name: string) => Promise<void>;
  /** @param tool as agents call it: `server.tool` */
  readonly call: (tool: string, args: Readonly<Record<string, unknown>>) => Promise<McpCall | null>;
};

export const createMcpStore = ({ http, pin }: { readonly http: HttpClient; readonly pin: PinPrompt }): McpStore => {
  const store = createStore<McpState>(() => ({ servers: null, error: null }));
  /** Counts what was asked, so that a late answer does not undo a newer one. */
  let latest = 0;

  const load = async (): Promise<void> => {
    latest += 1;
    const mine = latest;
    try {
      const { servers } = await http.call('listMcpServers');
      if (mine === latest) store.setState({ servers, error: null });
    } catch (thrown) {
      if (mine === latest) store.setState({ error: ApiError.from(thrown) });
    }
  };

  const patch = async (mcpServers: Readonly<Record<string, unknown>>): Promise<boolean> => {
    const answer = await pin.withPin((typed) => http.call('patchConfig', { body: { mcpServers } }, { pin: typed }));
    await load();
    return answer !== null;
  };

  return Object.assign(store, {
    load,
    add: async (servers: Servers, secrets: readonly Secret[]) => {
      for (const secret of secrets) await http.call('setModelKey', { body: { name: keyNameOf(secret), key: secret.value } });
      // What another kind of server had under the name must go: a merge would leave it.
      const known = store.getState().servers?.map(({ name }) => name) ?? [];
      const replaced = Object.entries(withReferences(servers, secrets)).map(([name, config]) => [
        name,
        known.includes(name) ? { ...nothing, ...config } : config,
      ]);
      return patch(Object.fromEntries(replaced));
    },
    turn: (name: string, on: boolean) => patch({ [name]: { disabled: on ? null : true } }),
    remove: (name: string) => patch({ [name]: null }),
    restart: async (name: string) => {
      const { servers } = await http.call('restartMcpServer', { params: { server: name } });
      latest += 1;
      store.setState({ servers, error: null });
    },
    call: (name: string, args: Readonly<Record<string, unknown>>) => {
      const [server = '', ...tool] = name.split('.');
      const request = { params: { server, tool: tool.join('.') }, body: { arguments: { ...args } } };
      return pin.withPin((typed) => http.call('callMcpTool', request, { pin: typed }));
    },
  });
};

/** In a merge patch: takes every key away that the new entry does not have. */
const nothing = {
  type: null,
  command: null,
  args: null,
  env: null,
  cwd: null,
  url: null,
  headers: null,
  disabled: null,
  autoApprove: null,
};
