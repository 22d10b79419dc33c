import { FileUp, Search } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Plugin } from '../../../src-shared/contract/rest.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ChannelMark } from './channel-mark.tsx';
import { usePluginWords } from './plugin-words.ts';

type AddDialogProps = {
  readonly onChoose: (plugin: Plugin) => void;
  /** Asks for a file. */
  readonly onFile: () => void;
  readonly onClose: () => void;
};

/** What can be set up: what comes with the gateway, and what was installed. */
export const AddDialog = ({ onChoose, onFile, onClose }: AddDialogProps): ReactElement => {
  const { t } = useTranslation();
  const { channels } = useConsole();
  const { plugins, channels: all } = useStore(channels);
  const words = usePluginWords();
  const [query, setQuery] = useState('');
  const wanted = query.trim().toLowerCase();
  const used = new Set(all?.map(({ id, plugin = id }) => plugin));
  const found = (plugins ?? [])
    .filter(({ error }) => error === null)
    .filter(({ id, name, nameZh, description, descriptionZh }) =>
      [id, name, nameZh, description, descriptionZh].join(' ').toLowerCase().includes(wanted),
    )
    .toSorted((a, b) => Number(used.has(a.id)) - Number(used.has(b.id)));
  return (
    <Dialog
      wide
      title={t('channels.add')}
      onClose={onClose}
      actions={
        <Button onClick={onFile}>
          <FileUp size={14} aria-hidden />
          {t('channels.add.file')}
        </Button>
      }
    >
      <div className="flex min-h-64 flex-col gap-3">
        <div className="relative">
          <Search size={15} className="absolute top-2.5 left-2.5 text-muted-foreground" aria-hidden />
          <input
            type="text"
            data-autofocus
            value={query}
            spellCheck={false}
            aria-label={t('channels.add.search')}
            placeholder={t('channels.add.search')}
            onChange={(event) => setQuery(event.target.value)}
            className="h-9 w-full rounded-lg border border-input bg-background pr-3 pl-8 text-[13px] placeholder:text-muted-foreground focus-visible:outline-offset-0"
          />
        </div>
        {found.length === 0 ? <p className="text-muted-foreground">{t('channels.add.none')}</p> : null}
        <ul aria-label={t('channels.add')} className="grid grid-cols-[repeat(auto-fill,minmax(min(18rem,100%),1fr))] gap-2">
          {found.map((plugin) => (
            <li key={plugin.id}>
              <button
                type="button"
                onClick={() => onChoose(plugin)}
                className="flex h-full w-full items-start gap-3 rounded-xl border px-3 py-2.5 text-left hover:bg-hover"
              >
                <ChannelMark id={plugin.id} />
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-medium">{words(plugin).name}</span>
                  <span className="line-clamp-2 text-muted-foreground text-xs">{words(plugin).description}</span>
                  {used.has(plugin.id) ? <span className="text-link text-xs">{t('channels.add.another')}</span> : null}
                </span>
              </button>
            </li>
          ))}
        </ul>
        <p className="mt-auto text-muted-foreground text-xs">{t('channels.add.dropHelp')}</p>
      </div>
    </Dialog>
  );
};
