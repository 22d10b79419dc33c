import { LoaderCircle, Search, SquarePen, X } from 'lucide-react';
import { type ReactElement, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { IconButton } from '../../ui/button.tsx';
import { SearchHits } from './search-hits.tsx';
import { SessionRows } from './session-rows.tsx';

export const SessionList = (): ReactElement => {
  const { t } = useTranslation();
  const { chat, sessions } = useConsole();
  const query = useStore(sessions, (state) => state.query);
  return (
    <aside aria-label={t('sessions.label')} className="flex w-64 shrink-0 flex-col border-r bg-sidebar">
      <div className="flex h-12 shrink-0 items-center justify-between pr-2 pl-4">
        <h2 className="font-semibold text-sm">{t('sessions.label')}</h2>
        <IconButton label={t('sessions.new')} onClick={() => chat.newChat(null)}>
          <SquarePen size={17} />
        </IconButton>
      </div>
      <SearchField />
      {query.trim() === '' ? <SessionRows /> : <SearchHits />}
    </aside>
  );
};

const SearchField = (): ReactElement => {
  const { t } = useTranslation();
  const { sessions } = useConsole();
  const query = useStore(sessions, (state) => state.query);
  const searching = useStore(sessions, (state) => state.query.trim() !== '' && state.hits === null && state.searchError === null);
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  return (
    <div className="relative mx-3 mb-2">
      {searching ? (
        <LoaderCircle size={15} className="spin absolute top-2 left-2.5 text-muted-foreground" aria-hidden />
      ) : (
        <Search size={15} className="absolute top-2 left-2.5 text-muted-foreground" aria-hidden />
      )}
      <input
        ref={field}
        type="text"
        value={query}
        maxLength={256}
        aria-label={t('sessions.search')}
        placeholder={t('sessions.search')}
        onChange={(event) => void sessions.setQuery(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || query === '') return;
          event.preventDefault();
          void sessions.setQuery('');
        }}
        className="h-8 w-full rounded-lg border border-border bg-background pr-8 pl-8 text-[13px] placeholder:text-muted-foreground focus-visible:outline-offset-0"
      />
      {query === '' ? null : (
        <IconButton
          size="small"
          label={t('sessions.clearSearch')}
          className="absolute top-0.5 right-0.5"
          onClick={() => void sessions.setQuery('')}
        >
          <X size={14} />
        </IconButton>
      )}
    </div>
  );
};
