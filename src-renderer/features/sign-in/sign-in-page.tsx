import { type FormEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { Logo } from '../../ui/logo.tsx';

const command = 'openclaw token create --name "console" --scope admin';

export const SignInPage = (): ReactElement => {
  const { t } = useTranslation();
  const { signIn } = useConsole();
  const error = useStore(signIn, (state) => state.error);
  const [token, setToken] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (token.trim() === '' || busy) return;
    setBusy(true);
    await signIn.signIn(token);
    setBusy(false);
  };
  return (
    <main className="flex min-h-0 flex-1 overflow-y-auto">
      <form onSubmit={(event) => void submit(event)} className="m-auto flex w-full max-w-sm flex-col px-6 py-8">
        <Logo size={40} />
        <h1 className="mt-5 font-semibold text-xl tracking-tight">{t('signIn.title')}</h1>
        <p className="mt-1 text-muted-foreground">{t('signIn.text')}</p>
        <label htmlFor="token" className="mt-6 font-medium text-[13px]">
          {t('signIn.label')}
        </label>
        <input
          id="token"
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={token}
          onChange={(event) => setToken(event.target.value)}
          placeholder={t('signIn.placeholder')}
          aria-describedby="token-kept"
          className="mt-1.5 h-10 rounded-lg border border-input bg-background px-3 font-mono text-[13px] placeholder:text-muted-foreground focus-visible:outline-offset-0"
        />
        <p id="token-kept" className="mt-1.5 text-muted-foreground text-xs">
          {t('signIn.kept')}
        </p>
        <Button type="submit" look="primary" className="mt-4 h-10" disabled={busy || token.trim() === ''}>
          {t(busy ? 'signIn.checking' : 'signIn.submit')}
        </Button>
        <div role="alert" className="mt-4 empty:hidden">
          {error && !busy ? <ErrorCard error={error} /> : null}
        </div>
        <p className="mt-6 border-t pt-5 text-[13px] text-muted-foreground">{t('signIn.how')}</p>
        <div className="mt-2 flex items-start gap-1 rounded-lg bg-muted py-1 pr-1 pl-3">
          <code className="min-w-0 flex-1 py-1 font-mono text-[12px] [overflow-wrap:anywhere]">{command}</code>
          <CopyButton text={command} label={t('chat.copyCode')} />
        </div>
      </form>
    </main>
  );
};
