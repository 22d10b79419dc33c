// The smallest channel, and the nuisances that `to` names.
/** @typedef {import('../../packages/plugin-sdk/src/index.ts').ChannelContext} Context */

/** @type {Record<string, (ctx: Context) => void>} */
const deeds = {
  /** Says when it began. */
  hear: (ctx) => {
    const content = String(performance.timeOrigin + performance.now());
    void ctx.onMessage({ id: content, from: { id: 'somebody' }, content });
  },
  spin: () => {
    for (;;);
  },
  throwOften: () => {
    setInterval(() => {
      for (let n = 0; n < 10; n += 1) void Promise.reject(new Error('nobody listens'));
    }, 10);
  },
  logOften: (ctx) => {
    setInterval(() => {
      for (let n = 0; n < 1_000; n += 1) ctx.log.info(`line ${n}`);
    }, 10);
  },
  flood: (ctx) => {
    const hear = async () => {
      for (let n = 0; ; n += 1) await ctx.onMessage({ id: `${n}`, from: { id: 'crowd' }, content: 'again' });
    };
    for (let n = 0; n < 64; n += 1) void hear();
  },
};

// biome-ignore lint/style/noDefaultExport: what a plugin is
export default class Bench {
  /** @type {Context | undefined} */
  ctx;

  /** @param {Context} ctx */
  start(ctx) {
    this.ctx = ctx;
  }

  /** @param {string} to */
  async sendMessage(to) {
    if (this.ctx) deeds[to]?.(this.ctx);
  }
}
