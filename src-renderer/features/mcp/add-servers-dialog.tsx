import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { CheckField } from '../../ui/field.tsx';
import { useAction } from '../../ui/use-action.ts';
import { JsonArea } from './json-area.tsx';
import { readPaste, secretsIn } from './read-paste.ts';

/** @param known names of the servers that are set up already */
export const AddServersDialog = ({ known, onClose }: { readonly known: readonly string[]; readonly onClose: () => void }): ReactElement => {
  const { t, i18n } = useTranslation();
  const { mcp } = useConsole();
  const { busy, error, run } = useAction();
  const [text, setText] = useState('');
  const [keep, setKeep] = useState(true);
  const { servers, problem } = readPaste(text);
  const words = text.trim() === '' || problem === null ? null : typeof problem === 'string' ? t(`mcp.paste.${problem}`) : problem.words;
  const list = (names: readonly string[]): string => new Intl.ListFormat(i18n.language).format(names);
  const names = Object.keys(servers ?? {});
  const replaced = names.filter((name) => known.includes(name));
  const added = names.filter((name) => !known.includes(name));
  const secrets = servers === null ? [] : secretsIn(servers);
  const add = async (): Promise<void> => {
    if (servers && (await run(() => mcp.add(servers, keep ? secrets : [])))) onClose();
  };
  return (
    <Dialog
      wide
      title={t('mcp.add')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('dialog.cancel')}</Button>
          <Button look="primary" disabled={busy || servers === null} onClick={() => void add()}>
            {t('mcp.paste.add')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <JsonArea label={t('mcp.paste.label')} help={t('mcp.paste.help')} problem={words} value={text} rows={12} onChange={setText} />
        {added.length > 0 ? <p>{t('mcp.paste.found', { names: list(added) })}</p> : null}
        {replaced.length > 0 ? <p className="text-warn">{t('mcp.paste.replaces', { names: list(replaced) })}</p> : null}
        {secrets.length > 0 ? (
          <CheckField
            label={t('mcp.paste.keychain', { names: list(secrets.map(({ name }) => name)) })}
            help={t('mcp.paste.keychainHelp')}
            checked={keep}
            onChange={setKeep}
          />
        ) : null}
        <p className="text-muted-foreground text-xs">{t('mcp.outside')}</p>
        <div role="alert" className="empty:hidden">
          {error ? <ErrorCard error={error} /> : null}
        </div>
      </div>
    </Dialog>
  );
};
