import type { Words } from './box.ts';

export const phrases: Pick<Words, 'en' | 'zh'> = {
  en: {
    conversation: 'Conversation',
    placeholder: 'Write a message',
    send: 'Send',
    close: 'Close',
    failed: 'That did not work.',
    refused: 'This page may not have the chat.',
    offline: 'Not connected; trying again…',
    typing: 'Writing…',
  },
  zh: {
    conversation: '对话',
    placeholder: '输入消息',
    send: '发送',
    close: '关闭',
    failed: '操作失败。',
    refused: '此页面未被允许使用聊天。',
    offline: '未连接，正在重试…',
    typing: '正在输入…',
  },
};

export const style = `
:host { all: initial; color-scheme: light dark; --back: light-dark(#fff, #17181a); --text: light-dark(#1a1b1e, #e8e9eb); --line: light-dark(#dcdee2, #34363a);
  --accent: light-dark(#3b4fd8, #7d8df5); --on: light-dark(#fff, #101114); --soft: light-dark(#f1f2f5, #232528); font: 14px/1.5 system-ui, sans-serif; color: var(--text); }
* { box-sizing: border-box; font: inherit; }
button { cursor: pointer; border: 0; border-radius: 8px; padding: 8px 14px; background: var(--accent); color: var(--on); }
button:disabled { opacity: .5; cursor: default; }
button:focus-visible, textarea:focus-visible, .log:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.opener { position: fixed; right: 20px; bottom: 20px; z-index: 2147483000; border-radius: 999px; padding: 12px 20px; box-shadow: 0 4px 16px #0004; }
.panel { position: fixed; right: 20px; bottom: 80px; z-index: 2147483000; display: none; flex-direction: column; width: min(380px, calc(100vw - 40px));
  height: min(560px, calc(100vh - 110px)); background: var(--back); border: 1px solid var(--line); border-radius: 14px; box-shadow: 0 12px 40px #0005; overflow: hidden; }
:host([data-open]) .panel { display: flex; }
:host([data-page]) .panel { inset: 0; width: auto; height: auto; border: 0; border-radius: 0; box-shadow: none; }
:host([data-page]) .opener, :host([data-page]) .close { display: none; }
header { display: flex; align-items: center; justify-content: space-between; padding: 10px 14px; border-bottom: 1px solid var(--line); font-weight: 600; }
h1, h2 { margin: 0; }
.close { background: none; color: inherit; font-size: 20px; padding: 0 8px; }
.log { flex: 1; overflow-y: auto; padding: 14px; display: flex; flex-direction: column; gap: 10px; overflow-wrap: anywhere; }
.line { align-self: flex-start; max-width: 88%; padding: 8px 12px; border-radius: 12px; background: var(--soft); }
.line.visitor { align-self: flex-end; background: var(--accent); color: var(--on); }
.line > :first-child { margin-top: 0; } .line > :last-child { margin-bottom: 0; }
p, ul, ol, pre, blockquote, table, h3 { margin: 8px 0; } h3, strong { font-weight: 600; } em { font-style: italic; }
ul, ol { padding-left: 20px; } blockquote { border-left: 3px solid var(--line); padding-left: 10px; margin-inline: 0; }
code, pre { font: 12.5px/1.5 ui-monospace, monospace; } pre { overflow-x: auto; white-space: pre; }
table { border-collapse: collapse; } td { border: 1px solid var(--line); padding: 2px 8px; } a { color: inherit; text-decoration: underline; }
.buttons { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; }
.note { min-height: 18px; margin: 0; padding: 0 14px; font-size: 12px; opacity: .75; }
form { display: flex; gap: 8px; padding: 10px 14px 14px; } textarea { flex: 1; resize: none; field-sizing: content; max-height: 140px; padding: 8px 10px;
  border: 1px solid var(--line); border-radius: 8px; background: var(--back); color: inherit; }
`;
