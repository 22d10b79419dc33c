import { ArrowDown, LoaderCircle, RotateCcw } from 'lucide-react';
import { type ReactElement, useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useStickToBottom } from 'use-stick-to-bottom';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { useStore } from 'zustand';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { showProblem } from '../../ui/toast.ts';
import { openThread } from './chat-store.ts';
import { TurnView } from './turn-view.tsx';

/** How near the top or the end, in pixels, more messages are fetched. */
const loadWithin = 600;

/** Only what is in view is in the document; stays at the end while the reader is there. */
export const MessageList = (): ReactElement => {
  const { t } = useTranslation();
  const { chat } = useConsole();
  const turns = useStore(chat, (state) => openThread(state).turns);
  const loading = useStore(chat, (state) => openThread(state).loading);
  const older = useStore(chat, (state) => openThread(state).olderCursor !== null);
  const newer = useStore(chat, (state) => openThread(state).newerAfter !== null);
  const target = useStore(chat, (state) => openThread(state).target);
  const list = useRef<VirtualizerHandle>(null);
  const { scrollRef, contentRef, isAtBottom, scrollToBottom, stopScroll } = useStickToBottom({
    resize: 'instant',
    initial: target === null ? 'instant' : false,
  });
  const error = useStore(chat, (state) => openThread(state).error);
  const shift = useIsPrepend(turns[0]?.key);

  const last = turns.at(-1);
  const ownLast = last?.localId == null ? null : last.key;
  // Who sends wants to see what comes, wherever they had scrolled to.
  useEffect(() => {
    if (ownLast !== null) void scrollToBottom('instant');
  }, [ownLast, scrollToBottom]);

  const targetAt = target === null ? -1 : turns.findIndex(({ messageId }) => messageId === target.messageId);
  const reached = useRef<typeof target>(null);
  useEffect(() => {
    if (targetAt < 0 || reached.current === target) return;
    reached.current = target;
    stopScroll();
    list.current?.scrollToIndex(targetAt, { align: 'start' });
  }, [target, targetAt, stopScroll]);

  // A page that does not fill the view can not be scrolled, and would never ask for the one before.
  useEffect(() => {
    const view = scrollRef.current;
    if (older && loading === 'no' && error === null && turns.length > 0 && view && view.scrollHeight <= view.clientHeight)
      void chat.loadOlder();
  });

  const stop = useCallback(
    (turnKey: string) =>
      void chat.stop(turnKey).catch((thrown: unknown) => showProblem(t('composer.stopFailed', { message: ApiError.from(thrown).message }))),
    [chat, t],
  );
  const scrolled = (offset: number): void => {
    const view = scrollRef.current;
    if (loading !== 'no' || error !== null || view === null) return;
    if (offset < loadWithin && older) void chat.loadOlder();
    else if (newer && view.scrollHeight - view.clientHeight - offset < loadWithin) {
      // What comes below shall not pull the reader along.
      stopScroll();
      void chat.loadNewer();
    }
  };

  return (
    <div className="relative min-h-0 flex-1">
      <section
        ref={scrollRef}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={t('chat.transcript')}
        className="h-full overflow-y-auto [overflow-anchor:none] focus-visible:-outline-offset-2"
      >
        <div ref={contentRef} className="pt-2 pb-4">
          <Virtualizer ref={list} scrollRef={scrollRef} shift={shift} data={turns} onScroll={scrolled} bufferSize={600}>
            {(turn) => (
              <TurnView
                key={turn.key}
                turn={turn}
                found={turn.messageId !== null && turn.messageId === target?.messageId}
                onStop={stop}
                onRetry={chat.retry}
              />
            )}
          </Virtualizer>
        </div>
      </section>
      {loading === 'older' || loading === 'newer' ? (
        <p
          role="status"
          className={cx(
            'absolute inset-x-0 mx-auto flex w-fit items-center gap-2 rounded-full border border-border bg-popover px-3 py-1 text-muted-foreground text-xs shadow-pop',
            loading === 'older' ? 'top-2' : 'bottom-3',
          )}
        >
          <LoaderCircle size={12} className="spin" aria-hidden />
          {t(`chat.${loading}`)}
        </p>
      ) : null}
      {error === null ? null : (
        <Button className="absolute inset-x-0 top-2 mx-auto w-fit rounded-full shadow-pop" onClick={() => void chat.reload()}>
          <RotateCcw size={14} aria-hidden />
          {t('chat.failed')} · {t('turn.retry')}
        </Button>
      )}
      {isAtBottom && !newer ? null : (
        <IconButton
          label={t('chat.jumpToEnd')}
          look="plain"
          className="absolute inset-x-0 bottom-3 mx-auto rounded-full shadow-pop"
          onClick={() => (newer ? chat.toNewest() : void scrollToBottom())}
        >
          <ArrowDown size={16} />
        </IconButton>
      )}
    </div>
  );
};

/** True for the one render in which items came in at the start; virtua then keeps the view where it is. */
const useIsPrepend = (firstKey: string | undefined): boolean => {
  const before = useRef(firstKey);
  const isPrepend = before.current !== undefined && firstKey !== undefined && before.current !== firstKey;
  useLayoutEffect(() => {
    before.current = firstKey;
  }, [firstKey]);
  return isPrepend;
};
