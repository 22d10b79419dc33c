import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { McpServerView } from '../../../src-shared/contract/routes/mcp.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { useAction } from '../../ui/use-action.ts';
import { argumentsFor, readArguments } from './arguments-for.ts';
import { JsonArea } from './json-area.tsx';
import type { McpCall } from './mcp-store.ts';

type Tool = McpServerView['tools'][number];

/** One call by the operator's own hand: nobody has to be asked. */
export const TryToolDialog = ({ tool, onClose }: { readonly tool: Tool; readonly onClose: () => void }): ReactElement => {
  const { t } = useTranslation();
  const { mcp } = useConsole();
  const { busy, error, run } = useAction();
  const [text, setText] = useState(() => JSON.stringify(argumentsFor(tool.parameters), null, 2));
  const [answer, setAnswer] = useState<McpCall | null>(null);
  const args = readArguments(text);
  const call = (): void => {
    if (args === null) return;
    setAnswer(null);
    void run(async () => {
      setAnswer(await mcp.call(tool.name, args));
      return false;
    });
  };
  return (
    <Dialog
      wide
      title={t('mcp.tryNamed', { name: tool.name })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t('dialog.close')}</Button>
          <Button look="primary" disabled={busy || args === null} onClick={call}>
            {t(busy ? 'mcp.call.running' : 'mcp.call.run')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="whitespace-pre-wrap text-muted-foreground">{tool.description}</p>
        <JsonArea
          label={t('mcp.call.arguments')}
          problem={args === null ? t('mcp.call.notObject') : null}
          value={text}
          rows={6}
          onChange={setText}
        />
        <div role="alert" className="empty:hidden">
          {error ? <ErrorCard error={error} /> : null}
        </div>
        <div role="status" className="empty:hidden">
          {answer ? <Answer answer={answer} /> : null}
        </div>
      </div>
    </Dialog>
  );
};

const Answer = ({ answer }: { readonly answer: McpCall }): ReactElement => {
  const { t, i18n } = useTranslation();
  const time = new Intl.NumberFormat(i18n.language, { style: 'unit', unit: 'millisecond' }).format(answer.durationMs);
  return (
    <>
      <p className={answer.ok ? 'text-ok text-xs' : 'text-bad text-xs'}>{t(answer.ok ? 'mcp.call.ok' : 'mcp.call.refused', { time })}</p>
      <section
        aria-label={t('mcp.call.result')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="mt-1 max-h-64 overflow-auto rounded-lg border bg-card px-3 py-2"
      >
        <pre className="whitespace-pre-wrap break-words font-mono text-xs">{answer.result}</pre>
      </section>
    </>
  );
};
