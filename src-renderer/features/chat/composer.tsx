import { ArrowUp, Bot, ChevronDown, Paperclip, Square } from 'lucide-react';
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, type ReactElement, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { maxContentBytes } from '../../../src-shared/contract/ws.ts';
import { ApiError } from '../../api/api-error.ts';
import { useConsole } from '../../console-context.ts';
import { isActive } from '../../turn/thread.ts';
import { IconButton } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { Menu, MenuChoices } from '../../ui/menu.tsx';
import { showProblem } from '../../ui/toast.ts';
import { defaultAgentId } from './agents-store.ts';
import { Drafts } from './attachment-view.tsx';
import { openThread } from './chat-store.ts';
import { type MentionChoice, MentionList, useMentionChoices } from './mention-list.tsx';
import { useAttachments } from './use-attachments.ts';

export const Composer = (): ReactElement => {
  const { t } = useTranslation();
  const { chat, draft, skills } = useConsole();
  const running = useStore(chat, (state) => openThread(state).turns.some((turn) => isActive(turn) && turn.messageId !== null));
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState('');
  const agent = useChosenAgent();
  const files = useAttachments();
  const chooser = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const canSend = files.ready && (text.trim() !== '' || files.attachments.length > 0);

  useEffect(() => field.current?.focus(), []);
  const drafted = useStore(draft, (state) => state.text);
  useEffect(() => {
    if (drafted === null) return;
    setText(drafted);
    draft.setState({ text: null });
    field.current?.focus();
  }, [drafted, draft]);
  const mentions = useMentions(text, (name) => setText(`@${name} `));

  const send = (): void => {
    if (!canSend) return;
    if (new TextEncoder().encode(text).length > maxContentBytes) {
      showProblem(t('composer.tooLong'));
      return;
    }
    chat.send(text.trim() === '' ? t('composer.filesOnly') : text, files.attachments);
    setText('');
    files.clear();
  };
  const stop = (): void =>
    void chat.stop().catch((thrown: unknown) => showProblem(t('composer.stopFailed', { message: ApiError.from(thrown).message })));
  useEscape(running, stop);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (mentions.onKeyDown(event)) return;
    // While an input method composes, Enter takes the candidate. 229 is what older Chromium says on its last key.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || event.nativeEvent.keyCode === 229) return;
    event.preventDefault();
    send();
  };

  const onPaste = (event: ClipboardEvent): void => {
    // Office programs put a picture of the text beside it: the text is what is meant.
    if (event.clipboardData.files.length === 0 || event.clipboardData.getData('text/plain') !== '') return;
    event.preventDefault();
    files.add([...event.clipboardData.files]);
  };
  const onDragOver = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setOver(true);
  };
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    files.add([...event.dataTransfer.files]);
  };

  return (
    <div className="mx-auto w-full max-w-[46rem] px-6 pb-4">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button beside it does the same by keyboard */}
      <div
        onDragOver={onDragOver}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
        className={cx(
          over && 'border-link ring-2 ring-link/20',
          'relative rounded-2xl border border-input/60 bg-background shadow-xs transition-colors focus-within:border-link focus-within:ring-2 focus-within:ring-link/20 dark:bg-card',
        )}
      >
        {mentions.choices.length > 0 ? <MentionList {...mentions} onChoose={mentions.choose} /> : null}
        <Drafts drafts={files.drafts} onRemove={files.remove} />
        <textarea
          ref={field}
          value={text}
          rows={1}
          aria-label={t('composer.label')}
          placeholder={t('composer.placeholder', { agent: agent?.name ?? t('app.name') })}
          onChange={(event) => {
            const { value } = event.target;
            // What there is may have changed since it was last asked for.
            if (value === '@') void skills.load();
            setText(value);
          }}
          aria-autocomplete="list"
          aria-controls={mentions.choices.length > 0 ? mentions.id : undefined}
          aria-activedescendant={mentions.choices.length > 0 ? `${mentions.id}-${mentions.active}` : undefined}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          className="grow-field block max-h-[min(40vh,320px)] min-h-[46px] w-full resize-none bg-transparent px-4 pt-3 pb-1 text-[15px] leading-relaxed outline-none placeholder:text-muted-foreground"
        />
        <div className="flex h-11 items-center gap-2 px-2 pb-1">
          <input
            ref={chooser}
            type="file"
            multiple
            hidden
            aria-label={t('composer.attach')}
            onChange={(event) => {
              files.add([...(event.target.files ?? [])]);
              event.target.value = '';
            }}
          />
          <IconButton label={t('composer.attach')} onClick={() => chooser.current?.click()}>
            <Paperclip size={16} />
          </IconButton>
          <AgentChoice />
          <span className="ml-auto truncate text-muted-foreground text-xs">{t(running ? 'composer.hintRunning' : 'composer.hint')}</span>
          {running ? (
            <IconButton label={t('composer.stop')} look="plain" onClick={stop}>
              <Square size={12} fill="currentColor" />
            </IconButton>
          ) : null}
          <IconButton label={t('composer.send')} look="primary" disabled={!canSend} onClick={send}>
            <ArrowUp size={18} />
          </IconButton>
        </div>
      </div>
    </div>
  );
};

/** The list behind `@`: arrows move, Enter and Tab take, Escape closes it until the text is another. */
const useMentions = (text: string, onName: (name: string) => void) => {
  const id = useId();
  const [at, setAt] = useState({ text: '', index: 0 });
  const [closed, setClosed] = useState<string | null>(null);
  const found = useMentionChoices(text);
  const choices = closed === text ? [] : found;
  const active = at.text === text ? Math.min(at.index, Math.max(0, choices.length - 1)) : 0;
  const choose = ({ name }: MentionChoice): void => onName(name);
  /** Whether the key was its own. */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    const choice = choices[active];
    if (choice === undefined || event.nativeEvent.isComposing) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setAt({ text, index: (active + step + choices.length) % choices.length });
    else if (event.key === 'Escape') setClosed(text);
    else if (event.key === 'Tab' || (event.key === 'Enter' && !event.shiftKey)) choose(choice);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  return { id, choices, active, choose, onKeyDown };
};

const AgentChoice = (): ReactElement | null => {
  const { t } = useTranslation();
  const { chat, agents } = useConsole();
  const list = useStore(agents, (state) => state.agents);
  const chosen = useChosenAgent();
  if (!chosen) return <span className="h-8" />;
  return (
    <Menu
      side="top"
      trigger={
        <button
          type="button"
          aria-label={t('composer.agent', { agent: chosen.name })}
          className={cx(
            'flex h-8 min-w-0 max-w-56 items-center gap-1.5 rounded-lg px-2 text-[13px] text-muted-foreground transition-colors',
            'hover:bg-hover hover:text-foreground',
          )}
        >
          <Bot size={15} className="shrink-0" aria-hidden />
          <span className="truncate">{chosen.name}</span>
          <ChevronDown size={13} className="shrink-0" aria-hidden />
        </button>
      }
    >
      <MenuChoices
        label={t('nav.agents')}
        value={chosen.id}
        options={list.map(({ id, name, model }) => ({ value: id, label: name, detail: model }))}
        onChoose={chat.chooseAgent}
      />
    </Menu>
  );
};

/** The agent that the next message goes to. */
const useChosenAgent = () => {
  const { chat, agents } = useConsole();
  const list = useStore(agents, (state) => state.agents);
  const id = useStore(chat, (state) => openThread(state).agentId) ?? defaultAgentId(list);
  return list.find((agent) => agent.id === id) ?? null;
};

/** Stops the reply from anywhere on the page, unless something in front (a menu, the search) has a use for Escape. */
const useEscape = (enabled: boolean, action: () => void): void => {
  const latest = useRef(action);
  latest.current = action;
  useEffect(() => {
    if (!enabled) return undefined;
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.defaultPrevented && !event.isComposing) latest.current();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [enabled]);
};
