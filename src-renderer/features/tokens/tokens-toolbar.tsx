import { Search, X } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import type { TokenFilter } from './token-state.ts';

type TokensToolbarProps = {
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly filter: TokenFilter;
  readonly onFilter: (filter: TokenFilter) => void;
};

const filters: readonly TokenFilter[] = ['active', 'ended', 'all'];

export const TokensToolbar = ({ query, onQuery, filter, onFilter }: TokensToolbarProps): ReactElement => {
  const { t } = useTranslation();
  return (
    <div className="flex flex-wrap items-center gap-3">
      <div className="relative w-64 max-w-full">
        <Search size={15} className="absolute top-2 left-2.5 text-muted-foreground" aria-hidden />
        <input
          type="text"
          value={query}
          maxLength={128}
          spellCheck={false}
          aria-label={t('tokens.search')}
          placeholder={t('tokens.search')}
          onChange={(event) => onQuery(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && onQuery('')}
          className="h-8 w-full rounded-lg border border-border bg-background pr-8 pl-8 text-[13px] placeholder:text-muted-foreground focus-visible:outline-offset-0"
        />
        {query === '' ? null : (
          <IconButton size="small" label={t('tokens.clearSearch')} className="absolute top-0.5 right-0.5" onClick={() => onQuery('')}>
            <X size={14} />
          </IconButton>
        )}
      </div>
      <fieldset className="flex rounded-lg border bg-background p-0.5">
        <legend className="sr-only">{t('tokens.filter')}</legend>
        {filters.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === filter}
            onClick={() => onFilter(one)}
            className={cx(
              'h-6.5 rounded-md px-2.5 text-[13px] transition-colors',
              one === filter ? 'bg-hover font-medium' : 'text-muted-foreground hover:text-foreground',
            )}
          >
            {t(`tokens.filter.${one}`)}
          </button>
        ))}
      </fieldset>
    </div>
  );
};
