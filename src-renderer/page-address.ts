import type { StoreApi } from 'zustand/vanilla';
import { type ChatStore, openThread } from './features/chat/chat-store.ts';
import { isFresh } from './features/chat/conversation.ts';
import { isPageId, type Navigation, type PageId } from './navigation.ts';

/** The fragment never reaches a server: `#sign-in=<code>` of a one-time link, `#chat=<handle>` and `#page=<id>` for a reload. */
export const readAddress = (
  location: Pick<Location, 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'replaceState'>,
): { readonly code: string | null; readonly session: string | null; readonly page: PageId } => {
  const fields = new URLSearchParams(location.hash.slice(1));
  const code = fields.get('sign-in');
  // Out of the address bar and the history before anything else happens.
  if (code !== null) history.replaceState(null, '', location.pathname + location.search);
  const page = fields.get('page');
  return { code, session: fields.get('chat'), page: isPageId(page) ? page : 'chat' };
};

/** Keeps the address in step with the open page and chat. */
export const rememberAddress = (
  { chat, navigation }: { readonly chat: ChatStore; readonly navigation: Navigation },
  location: Pick<Location, 'pathname' | 'search'>,
  history: Pick<History, 'replaceState'>,
): (() => void) => {
  let shown = '';
  const update = (): void => {
    const { page } = navigation.getState();
    const thread = openThread(chat.getState());
    // Only the handle, which is no credential; a Session ID is one.
    const handle = thread.session?.id ?? (isFresh(thread) || thread.turns.length > 0 ? undefined : thread.refs[0]);
    const fields = new URLSearchParams({ ...(page === 'chat' ? {} : { page }), ...(handle === undefined ? {} : { chat: handle }) });
    const hash = fields.size === 0 ? '' : `#${fields}`;
    if (hash === shown) return;
    shown = hash;
    history.replaceState(null, '', location.pathname + location.search + hash);
  };
  const undos = [chat, navigation].map((store: Pick<StoreApi<unknown>, 'subscribe'>) => store.subscribe(update));
  return () => {
    for (const undo of undos) undo();
  };
};

type Followed = { readonly chat: Pick<ChatStore, 'getState' | 'openRef'>; readonly navigation: Pick<Navigation, 'go'> };

/** Follows an address that somebody typed or a link of ours has set. */
export const followAddress = ({ chat, navigation }: Followed, target: Pick<Window, 'location' | 'history'> & EventTarget): (() => void) => {
  const follow = (): void => {
    const { page, session } = readAddress(target.location, target.history);
    navigation.go(page);
    if (session !== null && !openThread(chat.getState()).refs.includes(session)) chat.openRef(session);
  };
  target.addEventListener('hashchange', follow);
  return () => target.removeEventListener('hashchange', follow);
};
