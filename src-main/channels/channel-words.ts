/** What people in a channel are told, in the language of what they wrote. */
export type ChannelWords = {
  readonly pairing: (code: string) => string;
  readonly letIn: string;
  readonly tooMany: (perMinute: number) => string;
  /** @param why a sentence */
  readonly failed: (why: string) => string;
  readonly cancelled: string;
  readonly fileOnly: string;
  /** @param names of files, in Markdown */
  readonly filesLeftOut: (names: readonly string[]) => string;
  readonly approval: {
    readonly asks: (title: string, risk: string, cwd: string | null) => string;
    readonly press: string;
    readonly console: string;
    readonly approve: string;
    readonly deny: string;
    readonly granted: string;
    readonly denied: string;
    readonly over: string;
    readonly ownersOnly: string;
  };
};

const zh: ChannelWords = {
  pairing: (code) => `你好，我还不认识你。请把这个配对码告诉网关的主人：${code}\n一小时内由主人在控制台的“渠道”中输入。`,
  letIn: '你已通过配对，可以开始了：直接发消息给我就行。',
  tooMany: (perMinute) => `消息太多了（每分钟最多 ${perMinute} 条），刚才的没有收下。请稍等一分钟再发。`,
  failed: (why) => `抱歉，没能完成：${why}`,
  cancelled: '已停止，没有回复。',
  fileOnly: '（一个文件）',
  filesLeftOut: (names) => `（文件无法发到这里：${names.join('、')}。网关的主人可以在控制台的这段对话里取得。）`,
  approval: {
    asks: (title, risk, cwd) =>
      `需要批准：${title}${cwd === null ? '' : `\n目录：${cwd}`}\n风险：${{ low: '低', medium: '中', high: '高' }[risk] ?? risk}`,
    press: '只有已配对的主人可以按下面的按钮；文字回复不算。',
    console: '请在控制台或桌面应用里答复；文字回复不算。',
    approve: '批准',
    deny: '拒绝',
    granted: '已批准。',
    denied: '已拒绝。',
    over: '这个请求已经结束。',
    ownersOnly: '只有网关的主人可以答复。',
  },
};

const en: ChannelWords = {
  pairing: (code) =>
    `Hello. I do not know you yet. Give this code to the owner of this gateway: ${code}\nThey enter it within an hour under Channels in the console.`,
  letIn: 'You are in. Say hello, or ask what you wanted to ask.',
  tooMany: (perMinute) =>
    `Those were too many messages (at most ${perMinute} a minute); the last one was not taken. Please write again in a minute.`,
  failed: (why) => `Sorry, that did not work: ${why}`,
  cancelled: 'This was stopped before it was answered.',
  fileOnly: '(a file)',
  filesLeftOut: (names) =>
    `(Could not be sent here: ${names.join(', ')}. The owner of this gateway finds it in this conversation in the console.)`,
  approval: {
    asks: (title, risk, cwd) => `Needs approval: ${title}${cwd === null ? '' : `\nIn: ${cwd}`}\nRisk: ${risk}`,
    press: 'Only a paired owner can press these buttons; a text does not count.',
    console: 'Answer it in the console or the desktop app; a text does not count.',
    approve: 'Approve',
    deny: 'Deny',
    granted: 'Approved.',
    denied: 'Denied.',
    over: 'This is over already.',
    ownersOnly: 'Only an owner of this gateway can answer this.',
  },
};

export const wordsIn = { en, zh } as const;

/** Chinese for a text with Han characters in it, else English. */
export const languageOf = (content: string): keyof typeof wordsIn => (/\p{Script=Han}/u.test(content.slice(0, 2_000)) ? 'zh' : 'en');

export const channelWords = (content: string): ChannelWords => wordsIn[languageOf(content)];
