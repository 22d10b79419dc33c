import { X } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { LogLine } from '../../../src-shared/contract/rest.ts';
import { useConsole } from '../../console-context.ts';
import { IconButton } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';

/** All that a line says, below the list; what joins it to others is a click away. */
export const LogDetails = ({ line, onClose }: { readonly line: LogLine; readonly onClose: () => void }): ReactElement => {
  const { t, i18n } = useTranslation();
  const { logs, tokens } = useConsole();
  const { traceId, token } = line;
  const tokenName = useStore(tokens, (state) => state.tokens.find(({ id }) => id === token)?.name);
  const time = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'full', timeStyle: 'medium' }).format(line.time);
  return (
    <section
      aria-label={t('logs.details', { seq: line.seq })}
      className="flex max-h-[45%] shrink-0 flex-col border-t bg-card text-[13px]"
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <header className="flex shrink-0 items-center gap-2 pt-1.5 pr-2 pl-5">
        <h2 className="min-w-0 flex-1 truncate font-semibold">{line.message}</h2>
        <CopyButton text={JSON.stringify(line, null, 2)} label={t('logs.details.copy')} />
        <IconButton size="small" label={t('logs.details.close')} onClick={onClose}>
          <X size={15} />
        </IconButton>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div tabIndex={0} className="min-h-0 overflow-y-auto px-5 pb-3 focus-visible:-outline-offset-2">
        <dl className="grid grid-cols-[max-content_1fr] gap-x-4 gap-y-1">
          <Field name={t('logs.details.time')}>{time}</Field>
          <Field name={t('logs.level')}>{line.level}</Field>
          <Field name={t('logs.source')}>
            {line.source} <Only label={t('logs.details.onlySource')} onClick={() => logs.filter({ source: line.source })} />
          </Field>
          {traceId === undefined ? null : (
            <Field name={t('logs.details.trace')}>
              {traceId} <Only label={t('logs.details.onlyTrace')} onClick={() => logs.filter({ trace: traceId })} />
            </Field>
          )}
          {token === undefined ? null : (
            <Field name={t('logs.token')}>
              {token === 'local' ? t('logs.token.local') : token}
              {tokenName ? ` (${tokenName})` : null} <Only label={t('logs.details.onlyToken')} onClick={() => logs.filter({ token })} />
            </Field>
          )}
          <Field name={t('logs.details.message')}>{line.message}</Field>
          {Object.entries(line.fields).map(([name, value]) => (
            <Field key={name} name={name}>
              {typeof value === 'string' ? value : JSON.stringify(value, null, 2)}
            </Field>
          ))}
        </dl>
      </div>
    </section>
  );
};

const Field = ({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactElement => (
  <>
    <dt className="text-muted-foreground">{name}</dt>
    <dd className="min-w-0 whitespace-pre-wrap break-words font-mono text-xs leading-5">{children}</dd>
  </>
);

const Only = ({ label, onClick }: { readonly label: string; readonly onClick: () => void }): ReactElement => (
  <button type="button" onClick={onClick} className="ml-1 font-sans text-link underline underline-offset-2">
    {label}
  </button>
);
