import { X } from 'lucide-react';
import { type ReactElement, type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './button.tsx';
import { cx } from './class-names.ts';

type DialogProps = {
  readonly title: string;
  /** Escape, the cross, or a click beside it. */
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Below the content: the buttons, the one that does it last. What has `data-autofocus` is where one begins. */
  readonly actions?: ReactNode;
  readonly wide?: boolean;
  /** `alertdialog` where something is about to be lost. */
  readonly role?: 'dialog' | 'alertdialog';
};

/**
 * The browser's own modal dialog: it holds the focus, makes the rest inert, and gives the focus back. (Radix's writes a
 * `<style>` element to lock scrolling, which `style-src 'self'` refuses.)
 */
export const Dialog = ({ title, onClose, children, actions, wide = false, role = 'dialog' }: DialogProps): ReactElement => {
  const { t } = useTranslation();
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // Before it is taken out of the document, for only then `close` gives the focus back.
  useLayoutEffect(() => {
    const dialog = element.current;
    if (dialog && !dialog.open) dialog.showModal();
    dialog?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    return () => dialog?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape is the key for it, as `cancel`
    <dialog
      ref={element}
      role={role}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === element.current && onClose()}
      className={cx(
        'm-auto max-h-[min(90vh,48rem)] w-[calc(100vw-2rem)] rounded-2xl border border-border bg-popover text-foreground shadow-pop backdrop:bg-black/45',
        wide ? 'max-w-3xl' : 'max-w-lg',
      )}
    >
      <div className="flex max-h-[inherit] flex-col">
        <header className="flex shrink-0 items-center gap-2 border-b py-2.5 pr-2.5 pl-5">
          <h2 id={titleId} className="min-w-0 flex-1 truncate font-semibold text-sm">
            {title}
          </h2>
          <IconButton size="small" label={t('dialog.close')} onClick={onClose}>
            <X size={15} />
          </IconButton>
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4 text-[13px]">{children}</div>
        {actions ? <footer className="flex shrink-0 flex-wrap justify-end gap-2 border-t px-5 py-3">{actions}</footer> : null}
      </div>
    </dialog>
  );
};
