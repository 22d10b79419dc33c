import { Regex, Search, X } from 'lucide-react';
import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { type LogLevel, logLevels } from '../../../src-shared/contract/rest.ts';
import { useConsole } from '../../console-context.ts';
import { IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { isTyping } from './log-rows-view.tsx';

/** What to look for, and where. */
export const LogsToolbar = (): ReactElement => {
  const { t } = useTranslation();
  const { logs, tokens: tokenStore } = useConsole();
  const { level, source, token, trace, sources, tokens, problem } = useStore(logs);
  const known = useStore(tokenStore, (state) => state.tokens);
  const nameOf = (id: string): string => (id === 'local' ? t('logs.token.local') : (known.find((one) => one.id === id)?.name ?? id));
  return (
    <div className="flex shrink-0 flex-col gap-1.5 border-b px-5 py-2">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField />
        <FilterSelect label={t('logs.level')} value={level} onChoose={(value) => logs.filter({ level: value as LogLevel })}>
          {logLevels.map((one) => (
            <option key={one} value={one}>
              {t(`logs.level.${one}`)}
            </option>
          ))}
        </FilterSelect>
        <FilterSelect label={t('logs.source')} value={source ?? ''} onChoose={(value) => logs.filter({ source: value || null })}>
          <option value="">{t('logs.source.all')}</option>
          {withChosen(sources, source).map((one) => (
            <option key={one}>{one}</option>
          ))}
        </FilterSelect>
        <FilterSelect label={t('logs.token')} value={token ?? ''} onChoose={(value) => logs.filter({ token: value || null })}>
          <option value="">{t('logs.token.all')}</option>
          {withChosen(tokens, token).map((one) => (
            <option key={one} value={one}>
              {nameOf(one)}
            </option>
          ))}
        </FilterSelect>
        {trace === null ? null : (
          <span className="flex h-8 items-center gap-0.5 rounded-lg bg-muted pl-2.5 font-mono text-xs">
            {t('logs.trace', { trace: trace.slice(0, 8) })}
            <IconButton size="small" label={t('logs.anyTrace')} onClick={() => logs.filter({ trace: null })}>
              <X size={13} />
            </IconButton>
          </span>
        )}
      </div>
      <p id="logs-problem" aria-live="polite" className="text-bad text-xs empty:hidden">
        {problem?.kind === 'invalid' ? t('logs.invalid', { words: problem.words }) : problem ? t('logs.slow') : null}
      </p>
    </div>
  );
};

const withChosen = (seen: readonly string[], chosen: string | null): readonly string[] =>
  chosen === null || seen.includes(chosen) ? seen : [...seen, chosen];

const SearchField = (): ReactElement => {
  const { t } = useTranslation();
  const { logs } = useConsole();
  const { query, regex, problem } = useStore(logs);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== '/' || isTyping(event.target)) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <div className="relative min-w-52 flex-1">
      <Search size={15} className="absolute top-2 left-2.5 text-muted-foreground" aria-hidden />
      <input
        ref={field}
        type="text"
        value={query}
        maxLength={256}
        spellCheck={false}
        aria-label={t('logs.search')}
        aria-keyshortcuts="/"
        aria-invalid={problem ? true : undefined}
        aria-describedby={problem ? 'logs-problem' : undefined}
        placeholder={t('logs.search')}
        onChange={(event) => logs.filter({ query: event.target.value })}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          if (query === '') field.current?.blur();
          else logs.filter({ query: '' });
        }}
        className="h-8 w-full rounded-lg border border-border bg-background pr-16 pl-8 text-[13px] placeholder:text-muted-foreground focus-visible:outline-offset-0 aria-invalid:border-bad"
      />
      <div className="absolute top-0.5 right-0.5 flex">
        {query === '' ? null : (
          <IconButton size="small" label={t('logs.clearSearch')} onClick={() => logs.filter({ query: '' })}>
            <X size={14} />
          </IconButton>
        )}
        <IconButton
          size="small"
          label={t('logs.regex')}
          aria-pressed={regex}
          className={cx(regex && 'bg-muted text-foreground')}
          onClick={() => logs.filter({ regex: !regex })}
        >
          <Regex size={14} />
        </IconButton>
      </div>
    </div>
  );
};

type FilterSelectProps = {
  readonly label: string;
  readonly value: string;
  readonly onChoose: (value: string) => void;
  readonly children: ReactNode;
};

const FilterSelect = ({ label, value, onChoose, children }: FilterSelectProps): ReactElement => (
  <select
    aria-label={label}
    value={value}
    onChange={(event) => onChoose(event.target.value)}
    className="h-8 max-w-44 rounded-lg border border-border bg-background px-2 text-[13px] focus-visible:outline-offset-0"
  >
    {children}
  </select>
);
