import './startup.css';
import type { DesktopBridge, IpcAnswer } from '../src-shared/contract/ipc.ts';
import { isErrorCode } from '../src-shared/error-codes.ts';
import { languageFor } from './features/preferences/preferences-store.ts';
import { en } from './i18n/en.ts';
import { zhCn } from './i18n/zh-cn.ts';

type Problem = NonNullable<IpcAnswer<'startup:problem'>>;

/**
 * What the shell shows when there is no gateway to load the console from: what is wrong, what to do, a button that does it.
 * No React here: this page must come up at once and whatever else is broken.
 */
const main = async (): Promise<void> => {
  const root = document.getElementById('root');
  const bridge = (window as { readonly openclawDesktop?: DesktopBridge }).openclawDesktop;
  if (!root || !bridge) return;
  const texts = languageFor(navigator.languages) === 'zh-CN' ? zhCn : en;
  document.documentElement.lang = texts === zhCn ? 'zh-CN' : 'en';

  const show = async (): Promise<void> => {
    const problem = await bridge.call('startup:problem', undefined);
    // Nothing is wrong (any more): the shell is about to load the console.
    root.replaceChildren(...(problem === null ? [busyLine(texts)] : problemParts(problem, texts, retry)));
    root.querySelector('button')?.focus();
  };
  const retry = async (port: number | null): Promise<void> => {
    root.replaceChildren(busyLine(texts));
    const { started } = await bridge.call('startup:retry', { port });
    if (!started) await show();
  };
  await show();
};

type Texts = Readonly<Record<keyof typeof en, string>>;

const problemParts = (problem: Problem, texts: Texts, retry: (port: number | null) => Promise<void>): readonly HTMLElement[] => {
  const { message, hint, freePort, code } = problem;
  const words = isErrorCode(code) ? texts[`error.${code}`] : undefined;
  const buttons = element('div', 'buttons');
  if (freePort !== null) buttons.append(button(texts['startup.retryPort'].replace('{{port}}', String(freePort)), () => retry(freePort)));
  buttons.append(button(texts['startup.retry'], () => retry(null)));
  return [
    element('h1', '', texts['startup.title']),
    // The gateway speaks English; what its code says can be translated, what it found on this computer cannot.
    ...(words === undefined || words === message ? [] : [element('p', '', words)]),
    element('p', words === undefined || words === message ? '' : 'hint', message || texts['startup.unknown']),
    ...(hint === '' ? [] : [element('p', 'hint', hint)]),
    buttons,
    element('p', 'code', code),
  ];
};

const busyLine = (texts: Texts): HTMLElement => {
  const line = element('p', 'hint', texts['startup.busy']);
  line.setAttribute('role', 'status');
  return line;
};

const button = (text: string, act: () => Promise<void>): HTMLElement => {
  const made = element('button', '', text);
  made.addEventListener('click', () => void act());
  return made;
};

const element = (name: string, className: string, text = ''): HTMLElement => {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
};

void main();
