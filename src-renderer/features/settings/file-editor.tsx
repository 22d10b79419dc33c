import { type KeyboardEvent, type ReactElement, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import type { ConfigView, TextProblem } from './settings-store.ts';
import { useSave } from './use-save.ts';
import { useTextProblems } from './use-text-problems.ts';

/** `config.json` itself: looked through while one types, saved only over the text that was read. */
export const FileEditor = ({ view }: { readonly view: ConfigView }): ReactElement => {
  const { t } = useTranslation();
  const { settings } = useConsole();
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  /** What is typed, and the text it began from; null: the file as it is. */
  const [draft, setDraft] = useState<{ readonly text: string; readonly was: string } | null>(null);
  const { busy, error, save, forget } = useSave();
  const text = draft?.text ?? view.text;
  const problems = useTextProblems(text);
  const dirty = draft !== null && draft.text !== view.text;
  const changedMeanwhile = error?.code === 'CONFIG_CHANGED';

  const submit = async (was: string): Promise<void> => {
    if (draft && (await save(() => settings.save(draft.text, was)))) setDraft(null);
  };
  const discard = (): void => {
    setDraft(null);
    forget();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (dirty && !busy) void submit(draft.was);
  };
  // What somebody else wrote meanwhile is read before it can be written over.
  useEffect(() => void (changedMeanwhile && settings.load()), [changedMeanwhile, settings]);

  return (
    <div className="flex flex-col gap-3 xl:sticky xl:top-0">
      <div className="flex items-center gap-2">
        <label htmlFor={id} className="min-w-0 flex-1 truncate font-mono text-muted-foreground text-xs">
          {view.path}
        </label>
        <CopyButton text={text} label={t('settings.file.copy')} />
        <Button disabled={!dirty || busy} onClick={discard}>
          {t('settings.file.discard')}
        </Button>
        <Button look="primary" disabled={!dirty || busy || problems.length > 0} onClick={() => draft && void submit(draft.was)}>
          {t('settings.save')}
        </Button>
      </div>
      <textarea
        ref={area}
        id={id}
        value={text}
        spellCheck={false}
        wrap="off"
        aria-invalid={problems.length > 0 ? true : undefined}
        aria-describedby={`${id}-problems`}
        onChange={(event) => setDraft({ text: event.target.value, was: draft?.was ?? view.text })}
        onKeyDown={onKeyDown}
        className="h-[max(16rem,calc(100vh-18rem))] w-full resize-y rounded-lg border border-input bg-card px-3 py-2.5 font-mono text-[13px] leading-[1.55] [tab-size:2] focus-visible:outline-offset-0 aria-invalid:border-bad"
      />
      <div role="alert" className="empty:hidden">
        {changedMeanwhile ? (
          <ErrorCard error={error} title={t('settings.file.changed')}>
            <Button onClick={discard}>{t('settings.file.takeTheirs')}</Button>
            <Button onClick={() => void submit(view.text)}>{t('settings.file.keepMine')}</Button>
          </ErrorCard>
        ) : error ? (
          <ErrorCard error={error} />
        ) : null}
      </div>
      <Problems id={`${id}-problems`} problems={problems} onGo={(problem) => area.current && placeCursor(area.current, problem)} />
    </div>
  );
};

type ProblemsProps = { readonly id: string; readonly problems: readonly TextProblem[]; readonly onGo: (problem: TextProblem) => void };

const Problems = ({ id, problems, onGo }: ProblemsProps): ReactElement => {
  const { t } = useTranslation();
  return (
    <ul id={id} aria-live="polite" className="flex flex-col gap-1 text-[13px]">
      {problems.map((problem) => (
        <li key={`${problem.line}:${problem.column} ${problem.message}`}>
          <button type="button" onClick={() => onGo(problem)} className="rounded text-left hover:underline">
            <span className="font-mono text-muted-foreground text-xs">
              {t('settings.file.at', { line: problem.line, column: problem.column })}
            </span>{' '}
            <span className="text-bad">{problem.message}</span>
          </button>
        </li>
      ))}
    </ul>
  );
};

const placeCursor = (area: HTMLTextAreaElement, { line, column }: TextProblem): void => {
  const before = area.value.split('\n').slice(0, line - 1);
  const offset = before.reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
  area.focus();
  area.setSelectionRange(offset, offset);
};
