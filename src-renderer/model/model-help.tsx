import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../ui/copy-button.tsx';
import { Popover } from '../ui/popover.tsx';

/** The contract's own example: it works as it stands. */
const example = `{
  "models": {
    "local": {
      "provider": "openai-compatible",
      "baseUrl": "http://127.0.0.1:11434/v1",
      "model": "qwen3"
    }
  },
  "agents": { "main": { "model": "local" } }
}`;

/** How to get from the offline model, or from one that fails, to one that works. */
export const ModelHelp = ({
  trigger,
  side = 'top',
}: {
  readonly trigger: ReactElement;
  readonly side?: 'top' | 'bottom';
}): ReactElement => {
  const { t } = useTranslation();
  return (
    <Popover trigger={trigger} label={t('offline.title')} side={side}>
      <p className="font-semibold">{t('offline.title')}</p>
      <p className="mt-1 text-muted-foreground">{t('offline.text')}</p>
      <div className="relative mt-3">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <pre tabIndex={0} className="overflow-x-auto rounded-lg bg-muted p-3 pr-10 font-mono text-[12px] leading-normal">
          {example}
        </pre>
        <span className="absolute top-1 right-1">
          <CopyButton text={example} label={t('chat.copyCode')} />
        </span>
      </div>
      <p className="mt-2.5 text-muted-foreground">{t('offline.note')}</p>
    </Popover>
  );
};
