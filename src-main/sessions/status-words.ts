import type { ToolCall, TurnState } from '../../src-shared/contract/events.ts';

/** The words on frames that say how things stand, in the language of the message they answer. */
export type Words = {
  readonly state: (state: TurnState) => string;
  readonly tool: (call: ToolCall) => string;
  /** @param failed a sentence; @param next a model, for people */
  readonly fallback: (failed: string, next: string) => string;
};

const zh: Words = {
  state: (state) =>
    ({
      queued: '已收到，排队中',
      thinking: '正在思考…',
      running_tool: '正在运行工具…',
      awaiting_approval: '等待批准…',
      restarted: '网关重启过，回复从头开始',
      cancelled: '已停止',
      interrupted: '已中断',
      done: '完成',
    })[state],
  tool: (call) =>
    `${{ awaiting_approval: '等待批准：', started: '开始运行', finished: '已运行', failed: '运行失败：', denied: '未获批准：', handed_over: '交给客户端：' }[call.status]} ${call.name}`,
  fallback: (failed, next) => `${failed} 改用 ${next}…`,
};

const en: Words = {
  state: (state) =>
    ({
      queued: 'received, waiting its turn',
      thinking: 'thinking…',
      running_tool: 'running a tool…',
      awaiting_approval: 'waiting for approval…',
      restarted: 'the gateway restarted; the reply begins again',
      cancelled: 'stopped',
      interrupted: 'interrupted',
      done: 'done',
    })[state],
  tool: (call) =>
    `${{ awaiting_approval: 'waiting for approval:', started: 'running', finished: 'ran', failed: 'failed:', denied: 'not allowed:', handed_over: 'asked of the client:' }[call.status]} ${call.name}`,
  fallback: (failed, next) => `${failed} Asking ${next}…`,
};

/** Chinese for a text with Han characters in it, else English. */
export const wordsFor = (content: string): Words => (/\p{Script=Han}/u.test(content.slice(0, 2_000)) ? zh : en);
