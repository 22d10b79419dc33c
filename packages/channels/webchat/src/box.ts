import type { Entry } from './history.ts';
import type { Node as Piece } from './to-nodes.ts';

/**
 * The box, as it runs in the page: this function is sent as text, so it uses nothing but what is in it and what a browser has.
 * It makes elements by name and puts texts into them, never markup; its style is a sheet that no `style-src` forbids.
 */
export const chatBox = (script: HTMLScriptElement | null, words: Words): void => {
  const base = new URL(script?.src ?? location.href);
  const key = script?.dataset.key ?? '';
  const isPage = script?.dataset.page === 'true';
  const stored = `openclaw-chat:${base.origin}:${key}`;
  const t = words[/^zh/i.test(navigator.language) ? 'zh' : 'en'];

  const element = <Name extends keyof HTMLElementTagNameMap>(
    name: Name,
    attributes: Readonly<Record<string, string>> = {},
    ...children: readonly (Node | string)[]
  ): HTMLElementTagNameMap[Name] => {
    const made = document.createElement(name);
    for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
    made.append(...children);
    return made;
  };
  const draw = (piece: Piece): Node | string => {
    if (typeof piece === 'string') return piece;
    const made = element(
      piece.tag,
      piece.href === undefined ? {} : { href: piece.href, target: '_blank', rel: 'noopener noreferrer nofollow' },
    );
    made.append(...piece.children.map(draw));
    return made;
  };

  const log = element('div', { class: 'log', role: 'log', 'aria-live': 'polite', 'aria-label': t.conversation, tabindex: '0' });
  const note = element('p', { class: 'note', role: 'status' });
  const input = element('textarea', { rows: '1', maxlength: '20000', placeholder: t.placeholder, 'aria-label': t.placeholder });
  const send = element('button', { type: 'submit' }, t.send);
  const form = element('form', {}, input, send);
  const close = element('button', { type: 'button', class: 'close', 'aria-label': t.close }, '×');
  const title = element(isPage ? 'h1' : 'h2', {}, words.title);
  const head = element('header', {}, title, close);
  const panel = element(isPage ? 'main' : 'section', { class: 'panel', 'aria-label': words.title }, head, log, note, form);
  const opener = element('button', { type: 'button', class: 'opener', 'aria-expanded': 'false' }, words.title);
  const host = element('div', { 'data-openclaw-chat': '' });
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(words.style);
  root.adoptedStyleSheets = [sheet];
  root.append(panel, opener);

  const show = (open: boolean): void => {
    host.toggleAttribute('data-open', open || isPage);
    opener.setAttribute('aria-expanded', String(open));
    if (open) {
      begin();
      input.focus();
    } else opener.focus();
  };
  host.toggleAttribute('data-page', isPage);
  opener.addEventListener('click', () => show(!host.hasAttribute('data-open')));
  close.addEventListener('click', () => show(false));
  panel.addEventListener('keydown', (event) => event.key === 'Escape' && !isPage && show(false));

  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  let asking: Promise<string> | null = null;
  /** One visitor a page, also where two calls need it at once. */
  const tokenOf = async (): Promise<string> => {
    const kept = localStorage.getItem(stored);
    if (kept !== null) return kept;
    asking ??= (async () => {
      const body = JSON.stringify({ key });
      const made = await fetch(new URL('session', base), { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      if (!made.ok) throw new Error(String(made.status));
      const { token } = (await made.json()) as { token: string };
      localStorage.setItem(stored, token);
      return token;
    })().finally(() => {
      asking = null;
    });
    return asking;
  };
  /** Begins anew where the channel does not know us any more. */
  const call = async (path: string, init: RequestInit = {}, again = true): Promise<Response> => {
    const token = await tokenOf();
    const response = await fetch(new URL(path, base), { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
    if (response.status !== 401 || !again) return response;
    if (localStorage.getItem(stored) === token) localStorage.removeItem(stored);
    return call(path, init, false);
  };

  const seen = new Set<string>();
  const add = (entry: Entry): void => {
    if (seen.has(entry.id)) return;
    seen.add(entry.id);
    const line = element('div', { class: `line ${entry.by}` }, ...entry.nodes.map(draw));
    const buttons = (entry.buttons ?? []).map(({ id, label }) => {
      const button = element('button', { type: 'button' }, label);
      button.addEventListener('click', () => void press(id, buttons));
      return button;
    });
    if (buttons.length > 0) line.append(element('div', { class: 'buttons' }, ...buttons));
    log.append(line);
    log.scrollTop = log.scrollHeight;
  };
  const press = async (action: string, buttons: readonly HTMLButtonElement[]): Promise<void> => {
    for (const button of buttons) button.disabled = true;
    try {
      const response = await call('actions', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ action }),
      });
      note.textContent = response.ok ? ((await response.json()) as { text: string }).text : t.failed;
    } catch {
      note.textContent = t.failed;
      for (const button of buttons) button.disabled = false;
    }
  };

  /** Lines of JSON for as long as the box is open; it comes back by itself. */
  const listen = async (): Promise<void> => {
    for (let wait = 1_000; ; wait = Math.min(30_000, wait * 2)) {
      try {
        const response = await call('events');
        if (!response.ok || !response.body) throw new Error(String(response.status));
        note.textContent = '';
        wait = 500;
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        for (let rest = ''; ; ) {
          const { done, value } = await reader.read();
          if (done) break;
          const lines = (rest + value).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) {
            if (line === '') continue;
            const event = JSON.parse(line) as { entry?: Entry; typing?: boolean };
            if (event.entry) add(event.entry);
            if (event.typing !== undefined) note.textContent = event.typing ? t.typing : '';
          }
        }
      } catch (error) {
        note.textContent = (error as Error).message === '403' ? t.refused : t.offline;
      }
      await pause(wait);
    }
  };
  let begun = false;
  const begin = (): void => {
    if (begun) return;
    begun = true;
    if (words.greeting !== '') log.append(element('div', { class: 'line agent' }, words.greeting));
    void listen();
  };

  /** Under one id until it has arrived: what comes twice is one message. */
  const say = async (text: string): Promise<void> => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const id = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    for (let wait = 1_000; ; wait = Math.min(30_000, wait * 2)) {
      try {
        const response = await call('messages', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ id, text }),
        });
        if (response.ok) return;
        if (response.status < 500 && response.status !== 429) {
          note.textContent = t.failed;
          return;
        }
      } catch {
        // Not there: it is tried again.
      }
      note.textContent = t.offline;
      await pause(wait);
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text === '') return;
    input.value = '';
    void say(text);
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });

  const mount = (): void => {
    document.body.append(host);
    if (isPage) show(true);
  };
  if (document.body) mount();
  else addEventListener('DOMContentLoaded', mount);
};

type Phrases = Readonly<Record<'conversation' | 'placeholder' | 'send' | 'close' | 'failed' | 'refused' | 'offline' | 'typing', string>>;
export type Words = {
  readonly title: string;
  readonly greeting: string;
  readonly style: string;
  readonly en: Phrases;
  readonly zh: Phrases;
};
