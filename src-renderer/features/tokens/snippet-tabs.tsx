import { Tabs } from 'radix-ui';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { mask, snippets } from '../../../src-shared/snippets.ts';
import { useConsole } from '../../console-context.ts';
import { CodeBlock } from '../../ui/code-block.tsx';
import { codeHighlighter } from '../../ui/highlight.ts';

type SnippetTabsProps = { readonly kind: keyof typeof snippets; readonly secret: string; readonly revealed: boolean };

export const SnippetTabs = ({ kind, secret, revealed }: SnippetTabsProps): ReactElement => {
  const { t } = useTranslation();
  const { baseUrl } = useConsole();
  return (
    <section>
      <h3 className="font-medium">{t('tokens.panel.snippets')}</h3>
      <p className="text-muted-foreground text-xs">{t('tokens.panel.snippetsText')}</p>
      <Tabs.Root defaultValue="curl" className="mt-2">
        <Tabs.List aria-label={t('tokens.panel.snippets')} className="flex flex-wrap gap-1">
          {snippets[kind].map(({ id, label }) => (
            <Tabs.Trigger
              key={id}
              value={id}
              className="h-7 rounded-md border border-transparent px-2.5 text-muted-foreground transition-colors hover:text-foreground data-[state=active]:border-border data-[state=active]:bg-background data-[state=active]:font-medium data-[state=active]:text-foreground"
            >
              {label}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {snippets[kind].map(({ id, language, code }) => (
          <Tabs.Content key={id} value={id} tabIndex={-1} className="[&>div]:mt-2 [&>div]:mb-0">
            <CodeBlock
              language={language}
              code={code({ baseUrl, secret: revealed ? secret : mask(secret) }).trimEnd()}
              copied={code({ baseUrl, secret })}
              highlighter={codeHighlighter}
            />
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </section>
  );
};
