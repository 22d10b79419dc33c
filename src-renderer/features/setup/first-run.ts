import type { SettingsStore } from '../settings/settings-store.ts';
import type { StatusStore } from '../status/status-store.ts';
import type { TokensStore } from '../tokens/tokens-store.ts';

/** Whether somebody has to be led through the first steps. */
export type FirstRun = {
  /** To be asked once the models are known. Not where anything was set up before, or the setup was left. */
  readonly isNeeded: () => Promise<boolean>;
  /** It was gone through, or skipped: it does not come by itself again. */
  readonly over: () => void;
};

type FirstRunPorts = {
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
  readonly status: Pick<StatusStore, 'getState'>;
  readonly settings: Pick<SettingsStore, 'getState' | 'load'>;
  readonly tokens: Pick<TokensStore, 'getState' | 'load'>;
};

const key = 'openclaw.setup';

export const createFirstRun = ({ storage, status, settings, tokens }: FirstRunPorts): FirstRun => ({
  isNeeded: async () => {
    if (storage.getItem(key) !== null) return false;
    const models = status.getState().status?.models ?? [];
    if (models.length === 0 || models.some(({ provider }) => provider !== 'offline')) return false;
    await Promise.all([settings.getState().view ?? settings.load(), tokens.load()]);
    const { view } = settings.getState();
    const known = tokens.getState();
    // Who may not see what is set up may not set it up either.
    if (view === null || known.loading || known.error !== null) return false;
    return Object.keys(view.known.models).length === 0 && known.tokens.every(({ kind }) => kind === 'console');
  },
  over: () => storage.setItem(key, 'over'),
});
