import { type ChatStore, isFresh, openThread } from './features/chat/chat-store.ts';

/** The fragment never reaches a server: `#sign-in=<code>` of a one-time link, `#chat=<handle>` for a reload. */
export const readAddress = (
  location: Pick<Location, 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'replaceState'>,
): { readonly code: string | null; readonly session: string | null } => {
  const fields = new URLSearchParams(location.hash.slice(1));
  const code = fields.get('sign-in');
  // Out of the address bar and the history before anything else happens.
  if (code !== null) history.replaceState(null, '', location.pathname + location.search);
  return { code, session: fields.get('chat') };
};

export const rememberOpenSession = (
  chat: ChatStore,
  location: Pick<Location, 'pathname' | 'search'>,
  history: Pick<History, 'replaceState'>,
): (() => void) => {
  let shown = '';
  return chat.subscribe((state) => {
    const thread = openThread(state);
    // Only the handle, which is no credential; a Session ID is one.
    const handle = thread.session?.id ?? (isFresh(thread) || thread.turns.length > 0 ? undefined : thread.refs[0]);
    const hash = handle === undefined ? '' : `#chat=${encodeURIComponent(handle)}`;
    if (hash === shown) return;
    shown = hash;
    history.replaceState(null, '', location.pathname + location.search + hash);
  });
};
