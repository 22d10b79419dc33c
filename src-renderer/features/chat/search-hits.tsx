import { RotateCcw } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { formatMoment } from '../../ui/format.ts';
import { splitAtMatches } from './split-at-matches.ts';

export const SearchHits = (): ReactElement => {
  const { t, i18n } = useTranslation();
  const { sessions, chat, now } = useConsole();
  const { hits, query, searchError } = useStore(sessions);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-3">
      <p role="status" className="px-2 pt-1 pb-1 font-medium text-muted-foreground text-xs">
        {hits === null || hits.length === 0 ? '' : t('sessions.hits', { count: hits.length })}
      </p>
      {searchError ? (
        <div role="alert" className="px-1">
          <ErrorCard error={searchError} title={t('sessions.searchFailed')}>
            <Button onClick={() => void sessions.setQuery(query)}>
              <RotateCcw size={14} aria-hidden />
              {t('turn.retry')}
            </Button>
          </ErrorCard>
        </div>
      ) : null}
      {hits?.length === 0 ? (
        <div className="px-2 pt-4 text-center text-[13px] text-muted-foreground">
          <p className="font-medium text-foreground [overflow-wrap:anywhere]">{t('sessions.noHits', { query: query.trim() })}</p>
          <p className="mt-0.5">{t('sessions.noHitsHint')}</p>
        </div>
      ) : null}
      <ul>
        {hits?.map((hit) => (
          <li key={`${hit.session.id}-${hit.seq}`}>
            <button
              type="button"
              onClick={() => chat.openHit(hit.session, hit)}
              className="w-full rounded-lg px-2 py-2 text-left transition-colors hover:bg-hover/70 focus-visible:-outline-offset-2"
            >
              <span className="flex items-baseline gap-2 text-[13px]">
                <span className="min-w-0 flex-1 truncate font-medium">{hit.session.title || t('sessions.untitled')}</span>
                <span className="shrink-0 text-[11px] text-muted-foreground">{formatMoment(hit.timestamp, now(), i18n.language)}</span>
              </span>
              <span className="mt-0.5 line-clamp-2 text-[12.5px] text-muted-foreground leading-snug [overflow-wrap:anywhere]">
                {hit.role === 'user' ? t('sessions.you') : hit.session.agentId}
                {': '}
                {splitAtMatches(hit.snippet, query).map(({ text, match, at }) =>
                  match ? (
                    <mark key={at} className="rounded-sm bg-link/20 text-foreground">
                      {text}
                    </mark>
                  ) : (
                    text
                  ),
                )}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
};
