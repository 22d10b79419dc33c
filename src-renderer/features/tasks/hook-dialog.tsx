import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { mask } from '../../../src-shared/snippets.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { CodeBlock } from '../../ui/code-block.tsx';
import { CopyLine } from '../../ui/copy-line.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { codeHighlighter } from '../../ui/highlight.ts';
import { hookCurl } from './hook-curl.ts';
import type { ShownHook } from './tasks-store.ts';

/** Where the sender posts to and what it signs with: shown this once. */
export const HookDialog = ({ shown, onClose }: { readonly shown: ShownHook; readonly onClose: () => void }): ReactElement | null => {
  const { t } = useTranslation();
  const { baseUrl } = useConsole();
  const { task, secret } = shown;
  if (task.schedule.kind !== 'webhook') return null;
  const { preset } = task.schedule;
  const url = `${baseUrl}${(task.hookPath ?? '').slice(1)}`;
  return (
    <Dialog
      wide
      title={t('tasks.hookOf', { name: task.name })}
      onClose={onClose}
      actions={
        <Button look="primary" onClick={onClose}>
          {t('tasks.hookDone')}
        </Button>
      }
    >
      <p role="status">{t('tasks.hookOnce')}</p>
      <CopyLine label={t('tasks.hookUrl')} text={url} copy={t('tasks.copyUrl')} />
      <CopyLine label={t('tasks.hookSecret')} text={secret} copy={t('tasks.copySecret')} />
      <h3 className="mt-4 font-medium">{t('tasks.hookTry')}</h3>
      <CodeBlock
        language="bash"
        code={hookCurl(preset, url, mask(secret))}
        copied={hookCurl(preset, url, secret)}
        highlighter={codeHighlighter}
      />
      <p className="text-muted-foreground text-xs">{t('tasks.hookReach')}</p>
    </Dialog>
  );
};
