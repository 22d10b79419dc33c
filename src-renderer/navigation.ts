import { createStore, type StoreApi } from 'zustand/vanilla';

/** Every page of the console, in the order of the rail. */
export const pageIds = [
  'chat',
  'approvals',
  'tasks',
  'agents',
  'channels',
  'tokens',
  'skills',
  'mcp',
  'logs',
  'usage',
  'settings',
  'setup',
] as const;
export type PageId = (typeof pageIds)[number];

export const isPageId = (text: string | null): text is PageId => pageIds.some((id) => id === text);

/** Which page is open. */
export type Navigation = StoreApi<{ readonly page: PageId }> & { readonly go: (page: PageId) => void };

export const createNavigation = (): Navigation => {
  const store = createStore<{ readonly page: PageId }>(() => ({ page: 'chat' }));
  return Object.assign(store, { go: (page: PageId) => store.setState({ page }) });
};
