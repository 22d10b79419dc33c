import { Send } from 'lucide-react';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Channel } from '../../../src-shared/contract/routes/channels.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { TextField } from '../../ui/field.tsx';
import { formatDuration } from '../../ui/format.ts';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { useAction } from '../../ui/use-action.ts';
import type { TestResult } from './channels-store.ts';
import { useChannelLinks } from './use-channel-links.ts';

/** One message now, and how it went. */
export const TestMessageForm = ({ channel }: { readonly channel: Channel }): ReactElement => {
  const { t } = useTranslation();
  const { channels } = useConsole();
  const { busy, error, run } = useAction();
  const { toLogs } = useChannelLinks(channel.id);
  const [to, setTo] = useState('');
  const [content, setContent] = useState('');
  const runs = channel.state === 'running' || channel.state === 'degraded';
  const [result, setResult] = useState<TestResult | null>(null);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (to.trim() === '' || busy || !runs) return;
    setResult(null);
    void run(async () => {
      setResult(await channels.test(channel.id, { to: to.trim(), ...(content.trim() === '' ? {} : { content: content.trim() }) }));
      return false;
    });
  };
  return (
    <form onSubmit={send} className="flex flex-col gap-3 rounded-xl border px-4 py-3.5">
      <h2 className="font-medium text-[13px]">{t('channels.test')}</h2>
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField
          label={t('channels.test.to')}
          help={t('channels.test.toHelp')}
          maxLength={512}
          value={to}
          onChange={(event) => setTo(event.target.value)}
        />
        <TextField
          label={t('channels.test.content')}
          placeholder={t('channels.test.default')}
          maxLength={4_000}
          value={content}
          onChange={(event) => setContent(event.target.value)}
        />
      </div>
      <div className="flex items-center gap-3">
        <Button type="submit" disabled={busy || !runs || to.trim() === ''}>
          <Send size={14} aria-hidden />
          {t(busy ? 'channels.test.sending' : 'channels.test.send')}
        </Button>
        <div role="status" className="min-w-0 text-[13px]">
          {runs ? null : <p className="text-muted-foreground">{t('channels.test.notRunning')}</p>}
          {result?.ok ? <Sent result={result} /> : null}
        </div>
      </div>
      <div role="alert" className="empty:hidden">
        {result?.error ? (
          <NoticeCard tone="bad" title={t('channels.test.failed')} details={[result.error.message]}>
            <Button onClick={toLogs}>{t('channels.logs')}</Button>
          </NoticeCard>
        ) : null}
        {error ? <ErrorCard error={error} /> : null}
      </div>
    </form>
  );
};

const Sent = ({ result }: { readonly result: TestResult }): ReactElement => {
  const { t, i18n } = useTranslation();
  const took = formatDuration(result.durationMs, i18n.language);
  return (
    <p className="text-ok">
      {result.receiptId === null ? t('channels.test.ok', { took }) : t('channels.test.okId', { took, id: result.receiptId })}
    </p>
  );
};
