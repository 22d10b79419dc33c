import { Braces, Ellipsis, FileText, Hash, Link, Pencil, Pin, PinOff, Trash2 } from 'lucide-react';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Session } from '../../../src-shared/contract/rest.ts';
import { useConsole } from '../../console-context.ts';
import { IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { formatMoment } from '../../ui/format.ts';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { openThread } from './chat-store.ts';
import { type SessionRowActions, useSessionActions } from './use-session-actions.ts';

type SessionRowProps = { readonly row: Session; readonly now: number };

/** Opens the chat; what else can be done with it is in the menu, which the context menu's key or button opens too. */
export const SessionRow = ({ row, now }: SessionRowProps): ReactElement => {
  const actions = useSessionActions();
  const [menuOpen, setMenuOpen] = useState(false);
  const [renaming, setRenaming] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const rename = (title: string | null): void => {
    setRenaming(false);
    if (title !== null) actions.rename(row, title);
    // The field is gone by then; who types goes on from the row.
    requestAnimationFrame(() => opener.current?.focus());
  };
  if (renaming) return <RenameField title={row.title} onDone={rename} />;
  return (
    <li
      className="group/row relative"
      onContextMenu={(event) => {
        event.preventDefault();
        setMenuOpen(true);
      }}
    >
      <OpenButton row={row} now={now} marked={menuOpen} ref={opener} />
      <RowMenu row={row} actions={actions} open={menuOpen} onOpenChange={setMenuOpen} onRename={() => setRenaming(true)} />
    </li>
  );
};

type OpenButtonProps = SessionRowProps & { readonly marked: boolean; readonly ref: React.Ref<HTMLButtonElement> };

const OpenButton = ({ row, now, marked, ref }: OpenButtonProps): ReactElement => {
  const { t, i18n } = useTranslation();
  const { chat } = useConsole();
  const open = useStore(chat, (state) => openThread(state).session?.id === row.id);
  const foreign = row.channel !== 'console' && row.channel !== 'api';
  return (
    <button
      ref={ref}
      type="button"
      aria-current={open ? 'page' : undefined}
      onClick={() => chat.openSession(row)}
      className={cx(
        'flex w-full items-center gap-2 rounded-lg px-2 py-1.5 text-left text-[13px] transition-colors focus-visible:-outline-offset-2',
        open ? 'bg-hover font-medium' : marked ? 'bg-hover/70' : 'group-hover/row:bg-hover/70',
      )}
    >
      <span className="min-w-0 flex-1 truncate">{row.title || t('sessions.untitled')}</span>
      {foreign ? (
        <span
          title={t('sessions.channel', { channel: row.channel })}
          className="max-w-16 truncate rounded border px-1 text-[11px] text-muted-foreground"
        >
          {row.channel}
        </span>
      ) : null}
      {/* The menu's button comes in its place, so that the title keeps its width. */}
      <span
        className={cx(
          'flex w-10 shrink-0 items-center justify-end gap-1 group-focus-within/row:invisible group-hover/row:invisible',
          marked && 'invisible',
        )}
      >
        {row.running ? (
          <span
            role="img"
            aria-label={t('sessions.running')}
            title={t('sessions.running')}
            className="shimmer size-2 shrink-0 rounded-full bg-link"
          />
        ) : row.pinned ? (
          <Pin size={12} className="text-muted-foreground" aria-hidden />
        ) : (
          <span className="text-[11px] text-muted-foreground tabular-nums">{formatMoment(row.updatedAt, now, i18n.language)}</span>
        )}
      </span>
    </button>
  );
};

type RowMenuProps = {
  readonly row: Session;
  readonly actions: SessionRowActions;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onRename: () => void;
};

const RowMenu = ({ row, actions, open, onOpenChange, onRename }: RowMenuProps): ReactElement => {
  const { t } = useTranslation();
  return (
    <Menu
      open={open}
      onOpenChange={onOpenChange}
      trigger={
        <IconButton
          size="small"
          label={t('sessions.actions', { title: row.title || t('sessions.untitled') })}
          className={cx(
            'absolute top-0.5 right-0.5 opacity-0 focus-visible:opacity-100 group-focus-within/row:opacity-100 group-hover/row:opacity-100',
            open && 'opacity-100',
          )}
        >
          <Ellipsis size={15} />
        </IconButton>
      }
    >
      <MenuItem icon={Pencil} onSelect={onRename}>
        {t('sessions.rename')}
      </MenuItem>
      <MenuItem icon={row.pinned ? PinOff : Pin} onSelect={() => actions.pin(row)}>
        {t(row.pinned ? 'sessions.unpin' : 'sessions.pin')}
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={FileText} onSelect={() => actions.download(row, 'markdown')}>
        {t('sessions.exportMarkdown')}
      </MenuItem>
      <MenuItem icon={Braces} onSelect={() => actions.download(row, 'json')}>
        {t('sessions.exportJson')}
      </MenuItem>
      <MenuItem icon={Link} onSelect={() => actions.copyLink(row)}>
        {t('sessions.copyLink')}
      </MenuItem>
      <MenuItem icon={Hash} onSelect={() => actions.copyHandle(row)}>
        {t('sessions.copyHandle')}
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={Trash2} onSelect={() => actions.remove(row)}>
        {t('sessions.delete')}
      </MenuItem>
    </Menu>
  );
};

/** Enter keeps the title, as does going elsewhere; Escape does not. */
const RenameField = ({ title, onDone }: { readonly title: string; readonly onDone: (title: string | null) => void }): ReactElement => {
  const { t } = useTranslation();
  const [text, setText] = useState(title);
  const field = useRef<HTMLInputElement>(null);
  const over = useRef(false);
  const done = (result: string | null): void => {
    // Taking the field away is a blur as well.
    if (over.current) return;
    over.current = true;
    onDone(result);
  };
  useEffect(() => field.current?.select(), []);
  return (
    <li>
      <input
        ref={field}
        type="text"
        value={text}
        maxLength={200}
        aria-label={t('sessions.title')}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => done(text)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'Enter') done(text);
          if (event.key === 'Escape') done(null);
        }}
        className="h-8 w-full rounded-lg border border-input bg-background px-2 text-[13px] focus-visible:-outline-offset-2"
      />
    </li>
  );
};
