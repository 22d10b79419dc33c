import { Eye, EyeOff } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { grants } from '../../../src-shared/models/scope.ts';
import { mask } from '../../../src-shared/snippets.ts';
import { TokenTest } from '../../snippets/token-test.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { SnippetTabs } from './snippet-tabs.tsx';
import type { ShownToken } from './tokens-store.ts';

type UseTokenDialogProps = {
  readonly shown: ShownToken /** It was made a moment ago. */;
  readonly fresh: boolean;
  readonly onClose: () => void;
};

/** A token and how to use it: the secret, programs that run as they stand, and a real call. */
export const UseTokenDialog = ({ shown, fresh, onClose }: UseTokenDialogProps): ReactElement => {
  const { t } = useTranslation();
  const { token, secret } = shown;
  const [revealed, setRevealed] = useState(false);
  return (
    <Dialog
      wide
      title={t('tokens.useOne', { name: token.name })}
      onClose={onClose}
      actions={
        <Button look="primary" onClick={onClose}>
          {t('tokens.panel.done')}
        </Button>
      }
    >
      <div className="flex flex-col gap-5">
        {fresh ? <p role="status">{t('tokens.panel.fresh', { name: token.name })}</p> : null}
        <section>
          <h3 className="font-medium">{t('tokens.panel.secret')}</h3>
          <div className="mt-1.5 flex items-center gap-1 rounded-lg bg-muted py-1 pr-1 pl-3">
            <code className="max-h-24 min-w-0 flex-1 overflow-y-auto font-mono text-[12px] [overflow-wrap:anywhere]">
              {revealed ? secret : mask(secret)}
            </code>
            <IconButton
              size="small"
              label={t(revealed ? 'tokens.panel.hide' : 'tokens.panel.reveal')}
              aria-pressed={revealed}
              onClick={() => setRevealed(!revealed)}
            >
              {revealed ? <EyeOff size={15} /> : <Eye size={15} />}
            </IconButton>
            <CopyButton text={secret} label={t('tokens.panel.copySecret')} />
          </div>
        </section>
        {grants(new Set(token.scopes), 'messages') ? null : <NoticeCard tone="warn" title={t('tokens.panel.noMessages')} />}
        <SnippetTabs kind={token.kind === 'api-key' ? 'api-key' : 'bearer'} secret={secret} revealed={revealed} />
        <TokenTest secret={secret} />
      </div>
    </Dialog>
  );
};
