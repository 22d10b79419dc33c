import { Ban, CornerDownRight, Undo2 } from 'lucide-react';
import { type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Token } from '../../../src-shared/contract/rest.ts';
import { useConsole } from '../../console-context.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { formatCount, formatDateTime, formatRelative } from '../../ui/format.ts';
import { type FamilyRow, familyRows } from './token-family.ts';
import { isAlive, stateOf, type TokenState } from './token-state.ts';
import { useRestore } from './use-revoke.ts';

type TokenActions = { readonly now: number; readonly onUse: (token: Token) => void; readonly onRevoke: (token: Token) => void };
type TokenGroup = {
  /** In words, above its rows; the first group needs none. */
  readonly heading?: { readonly title: string; readonly text: string };
  readonly tokens: readonly Token[];
};

type TokenTableProps = TokenActions & { readonly groups: readonly TokenGroup[] };

const pageSize = 100;
const columns = ['name', 'state', 'scopes', 'created', 'expires', 'lastUsed', 'requests', 'actions'] as const;

/** Scrolls in itself where the window is narrower than its columns; the page never does. */
export const TokenTable = ({ groups, ...actions }: TokenTableProps): ReactElement => {
  const { t } = useTranslation();
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={t('tokens.list')}
      className="overflow-x-auto rounded-xl border focus-visible:outline-offset-0"
    >
      <table className="w-full border-collapse text-left text-[13px]">
        <caption className="sr-only">{t('tokens.list')}</caption>
        <thead>
          <tr className="border-b bg-card text-muted-foreground text-xs">
            {columns.map((column) => (
              <th key={column} scope="col" className={cx('px-2 py-2 font-medium first:pl-4', column === 'requests' && 'text-right')}>
                {column === 'actions' ? <span className="sr-only">{t('tokens.column.actions')}</span> : t(`tokens.column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        {groups
          .filter(({ tokens }) => tokens.length > 0)
          .map((group) => (
            <Group key={group.heading?.title ?? ''} {...group} {...actions} />
          ))}
      </table>
    </section>
  );
};

const Group = ({ heading, tokens: shown, ...actions }: TokenGroup & TokenActions): ReactElement => {
  const { t } = useTranslation();
  const { tokens } = useConsole();
  const all = useStore(tokens, (state) => state.tokens);
  const [limit, setLimit] = useState(pageSize);
  const rows = familyRows(shown, all);
  return (
    <tbody className="border-b last:border-b-0">
      {heading ? (
        <tr className="border-b">
          <th scope="rowgroup" colSpan={columns.length} className="px-4 pt-6 pb-2 text-left">
            <p className="font-semibold">{heading.title}</p>
            <p className="font-normal text-muted-foreground text-xs">{heading.text}</p>
          </th>
        </tr>
      ) : null}
      {rows.slice(0, limit).map((row) => (
        <Row key={row.token.id} row={row} {...actions} />
      ))}
      {rows.length > limit ? (
        <tr>
          <td colSpan={columns.length} className="p-1.5">
            <Button look="quiet" className="w-full" onClick={() => setLimit(limit + pageSize)}>
              {t('tokens.more')}
            </Button>
          </td>
        </tr>
      ) : null}
    </tbody>
  );
};

const Row = ({ row: { token, depth, parentName }, now, onUse, onRevoke }: TokenActions & { readonly row: FamilyRow }): ReactElement => {
  const { t, i18n } = useTranslation();
  const { tokens } = useConsole();
  const own = useStore(tokens, (state) => state.ownId === token.id);
  const state = stateOf(token, now);
  const alive = isAlive(token, now);
  const ago = (time: number): ReactElement => (
    <time dateTime={new Date(time).toISOString()} title={formatDateTime(time, i18n.language)}>
      {formatRelative(time, now, i18n.language)}
    </time>
  );
  return (
    <tr className={cx('border-b last:border-b-0 hover:bg-card', !alive && 'text-muted-foreground')}>
      <th scope="row" className="max-w-56 py-2 pr-3 pl-4 font-normal">
        {/* Three generations are told apart; deeper ones have their parent's name to go by. */}
        <div className="flex gap-1.5" style={{ paddingInlineStart: `${Math.min(depth, 3)}rem` }}>
          {depth > 0 ? <CornerDownRight size={14} className="mt-0.5 shrink-0 text-muted-foreground" aria-hidden /> : null}
          <div className="min-w-0">
            <p className="truncate font-medium" title={token.name}>
              {token.name}
            </p>
            <p className="truncate text-muted-foreground text-xs">
              {[
                t(`tokens.kind.${token.kind}`),
                own ? t('tokens.own') : null,
                parentName === null ? null : t('tokens.mintedBy', { name: parentName }),
              ]
                .filter((part) => part !== null)
                .join(' · ')}
            </p>
          </div>
        </div>
      </th>
      <Cell>
        <StateBadge state={state} />
      </Cell>
      <Cell>
        <Scopes scopes={token.scopes} />
      </Cell>
      <Cell quiet>{ago(token.createdAt)}</Cell>
      <Cell quiet>
        <span className={cx(state === 'expiring' || state === 'expired' ? 'font-medium text-bad' : null)}>{ago(token.expiresAt)}</span>
      </Cell>
      <Cell quiet>
        {token.lastUsedAt === null ? t('tokens.never') : ago(token.lastUsedAt)}
        {token.lastAddress === null ? null : (
          <p className="max-w-32 truncate text-muted-foreground text-xs" title={token.lastAddress}>
            {t('tokens.from', { address: token.lastAddress })}
          </p>
        )}
      </Cell>
      <Cell quiet className="text-right tabular-nums">
        {formatCount(token.requests, i18n.language)}
      </Cell>
      <Cell className="pr-2">
        <div className="flex items-center justify-end gap-1">
          {alive && token.kind !== 'console' ? (
            <Button className="h-7 px-2.5" aria-label={t('tokens.useOne', { name: token.name })} onClick={() => onUse(token)}>
              {t('tokens.use')}
            </Button>
          ) : null}
          {alive ? (
            <IconButton size="small" label={t('tokens.revokeOne', { name: token.name })} onClick={() => onRevoke(token)}>
              <Ban size={15} />
            </IconButton>
          ) : (
            <UndoButton token={token} />
          )}
        </div>
      </Cell>
    </tr>
  );
};

const Cell = ({
  children,
  quiet,
  className,
}: {
  readonly children: ReactNode;
  readonly quiet?: true;
  readonly className?: string;
}): ReactElement => <td className={cx('px-2 py-2', quiet && 'whitespace-nowrap', className)}>{children}</td>;

const tones: Readonly<Record<TokenState, string>> = {
  active: 'border-ok/40 text-ok',
  expiring: 'border-bad/40 text-bad',
  expired: 'border-border text-muted-foreground',
  revoked: 'border-border text-muted-foreground',
};

const StateBadge = ({ state }: { readonly state: TokenState }): ReactElement => {
  const { t } = useTranslation();
  return (
    <span className={cx('inline-block whitespace-nowrap rounded-full border px-2 text-xs leading-5', tones[state])}>
      {t(`tokens.state.${state}`)}
    </span>
  );
};

const scopesShown = 2;

const Scopes = ({ scopes }: { readonly scopes: Token['scopes'] }): ReactElement => {
  const { t } = useTranslation();
  const [shown, rest] = scopes.length <= scopesShown + 1 ? [scopes, []] : [scopes.slice(0, scopesShown), scopes.slice(scopesShown)];
  return (
    <ul className="flex flex-wrap gap-1" title={scopes.join(' ')}>
      {shown.map((scope) => (
        <li key={scope} className="rounded bg-muted px-1.5 font-mono text-[11.5px] text-foreground leading-5">
          {scope}
        </li>
      ))}
      {rest.length === 0 ? null : (
        <li className="px-0.5 text-muted-foreground text-xs leading-5">
          <span aria-hidden>{t('tokens.moreScopes', { more: rest.length })}</span>
          <span className="sr-only">{rest.join(' ')}</span>
        </li>
      )}
    </ul>
  );
};

const UndoButton = ({ token }: { readonly token: Token }): ReactElement | null => {
  const { t } = useTranslation();
  const { tokens } = useConsole();
  // What went with its parent comes back with it.
  const undoable = useStore(tokens, (state) => state.undoable.get(token.id)?.id === token.id);
  const restore = useRestore();
  const button = useRef<HTMLButtonElement>(null);
  // It stands where the button was that revoked; who came by keyboard goes on from here.
  useEffect(() => {
    if (undoable && document.activeElement === document.body) button.current?.focus();
  }, [undoable]);
  if (!undoable) return null;
  return (
    <Button ref={button} className="h-7 px-2.5" aria-label={t('tokens.undoOne', { name: token.name })} onClick={() => void restore(token)}>
      <Undo2 size={14} aria-hidden />
      {t('tokens.undo')}
    </Button>
  );
};
