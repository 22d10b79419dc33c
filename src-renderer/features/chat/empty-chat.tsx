import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useConsole } from '../../console-context.ts';
import { Logo } from '../../ui/logo.tsx';

export const EmptyChat = (): ReactElement => {
  const { t } = useTranslation();
  const { chat } = useConsole();
  const examples = [
    [t('chat.example.help'), t('chat.example.helpText')],
    [t('chat.example.files'), t('chat.example.filesText')],
    [t('chat.example.ask'), t('chat.example.askText')],
  ] as const;
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
      <div className="m-auto w-full max-w-[34rem] px-6 py-8">
        <Logo size={40} />
        <h2 className="mt-5 font-semibold text-2xl tracking-tight">{t('chat.empty')}</h2>
        <p className="mt-1.5 text-muted-foreground">{t('chat.emptyText')}</p>
        <ul className="mt-5 flex flex-col gap-2">
          {examples.map(([prompt, why]) => (
            <li key={prompt}>
              <button
                type="button"
                onClick={() => chat.send(prompt)}
                className="flex w-full flex-wrap items-baseline gap-x-3 rounded-xl border border-border px-4 py-3 text-left transition-colors hover:bg-hover"
              >
                <span className={prompt.startsWith('/') ? 'font-medium font-mono text-[13px]' : 'font-medium'}>{prompt}</span>
                <span className="text-[13px] text-muted-foreground">{why}</span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
};
