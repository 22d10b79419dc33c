import { KeyRound, Plus, RefreshCw, SearchX } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Token } from '../../../src-shared/contract/rest.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { LoadFailure } from '../../ui/load-failure.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { showProblem } from '../../ui/toast.ts';
import { useNow } from '../../ui/use-now.ts';
import { NewTokenDialog } from './new-token-dialog.tsx';
import { RevokeOwnDialog } from './revoke-own-dialog.tsx';
import { RotateDialog } from './rotate-dialog.tsx';
import { withDescendants } from './token-family.ts';
import { matches, passes, type TokenFilter } from './token-state.ts';
import { TokenTable } from './token-table.tsx';
import type { ShownToken } from './tokens-store.ts';
import { TokensToolbar } from './tokens-toolbar.tsx';
import { useRevoke } from './use-revoke.ts';
import { UseTokenDialog } from './use-token-dialog.tsx';

/** Times are shown coarsely, and what is counted grows while one looks. */
const refreshMs = 15_000;

type OpenDialog =
  | { readonly kind: 'new' | 'rotate' }
  | { readonly kind: 'revoke-own'; readonly token: Token }
  | { readonly kind: 'use'; readonly shown: ShownToken; readonly fresh: boolean };

export const TokensPage = (): ReactElement => {
  const { t } = useTranslation();
  const { tokens, desktop } = useConsole();
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const revoke = useRevoke();
  const close = (): void => setDialog(null);

  const use = async ({ id }: Token): Promise<void> => {
    try {
      const shown = await tokens.show(id);
      if (shown !== null) setDialog({ kind: 'use', shown, fresh: false });
    } catch (thrown) {
      showProblem(t('tokens.showFailed', { message: t(`error.${ApiError.from(thrown).code}`) }));
    }
  };
  const askOrRevoke = (token: Token): void => {
    const { tokens: all, ownId } = tokens.getState();
    const signsOut = !desktop && ownId !== null && withDescendants(all, token.id).has(ownId);
    if (signsOut) setDialog({ kind: 'revoke-own', token });
    else void revoke(token);
  };

  return (
    <PageFrame
      title={t('tokens.title')}
      actions={
        <>
          <Button onClick={() => setDialog({ kind: 'rotate' })}>
            <RefreshCw size={14} aria-hidden />
            {t('tokens.rotate')}
          </Button>
          <Button look="primary" onClick={() => setDialog({ kind: 'new' })}>
            <Plus size={15} aria-hidden />
            {t('tokens.new')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4 px-5 py-4">
        <KeychainNotice />
        <TokenLists onNew={() => setDialog({ kind: 'new' })} onUse={(token) => void use(token)} onRevoke={askOrRevoke} />
      </div>
      {dialog?.kind === 'new' ? (
        <NewTokenDialog onClose={close} onCreated={(shown) => setDialog({ kind: 'use', shown, fresh: true })} />
      ) : null}
      {dialog?.kind === 'use' ? <UseTokenDialog {...dialog} onClose={close} /> : null}
      {dialog?.kind === 'rotate' ? <RotateDialog onClose={close} /> : null}
      {dialog?.kind === 'revoke-own' ? <RevokeOwnDialog token={dialog.token} revoke={revoke} onClose={close} /> : null}
    </PageFrame>
  );
};

/** Where secrets are kept instead, in the gateway's words. */
const KeychainNotice = (): ReactElement | null => {
  const { t } = useTranslation();
  const { status } = useConsole();
  const warning = useStore(status, (state) => state.status?.secrets?.warning);
  return warning ? <NoticeCard tone="warn" title={t('tokens.keychain')} details={[warning]} /> : null;
};

type TokenListsProps = {
  readonly onNew: () => void;
  readonly onUse: (token: Token) => void;
  readonly onRevoke: (token: Token) => void;
};

const TokenLists = ({ onNew, onUse, onRevoke }: TokenListsProps): ReactElement => {
  const { t } = useTranslation();
  const { tokens, now } = useConsole();
  const { tokens: all, loading, error, undoable } = useStore(tokens);
  const [filter, setFilter] = useState<TokenFilter>('active');
  const [query, setQuery] = useState('');
  const time = useNow(now, refreshMs);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each tick of the clock asks again
  useEffect(() => {
    if (!document.hidden) void tokens.load();
  }, [tokens, time]);

  if (loading) return <Skeleton />;
  const found = all.filter((token) => passes(token, filter, undoable, time) && matches(token, query));
  const made = found.filter(({ kind }) => kind !== 'console');
  const consoles = found.filter(({ kind }) => kind === 'console');
  const none = !all.some(({ kind }) => kind !== 'console');
  return (
    <>
      <LoadFailure error={error} title={t('tokens.failed')} onRetry={() => tokens.load()} />
      {all.length === 0 ? null : <TokensToolbar query={query} onQuery={setQuery} filter={filter} onFilter={setFilter} />}
      {made.length === 0 && none && query === '' && error === null ? (
        <EmptyState icon={KeyRound} title={t('tokens.empty')} text={t('tokens.emptyText')}>
          <Button look="primary" onClick={onNew}>
            {t('tokens.new')}
          </Button>
        </EmptyState>
      ) : null}
      {found.length === 0 && query !== '' ? <EmptyState icon={SearchX} title={t('tokens.noMatch', { query: query.trim() })} /> : null}
      {made.length === 0 && !none && query === '' && filter !== 'all' ? (
        <EmptyState icon={KeyRound} title={t(`tokens.none.${filter}`)} />
      ) : null}
      {found.length === 0 ? null : (
        <TokenTable
          groups={[{ tokens: made }, { tokens: consoles, heading: { title: t('tokens.consoles'), text: t('tokens.consolesText') } }]}
          now={time}
          onUse={onUse}
          onRevoke={onRevoke}
        />
      )}
    </>
  );
};

const Skeleton = (): ReactElement => {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('tokens.loading')} className="shimmer flex flex-col gap-3">
      <div aria-hidden className="h-8 w-72 rounded-lg bg-muted" />
      {['a', 'b', 'c', 'd'].map((row) => (
        <div key={row} aria-hidden className="h-12 rounded-lg bg-muted" />
      ))}
    </div>
  );
};
