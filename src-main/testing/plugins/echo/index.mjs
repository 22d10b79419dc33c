// A channel with everything: what `to` says is what it does.
import { readFile, writeFile } from 'node:fs/promises';

const channelError = (code, retryAfterMs) =>
  Object.assign(new Error('as asked'), { name: 'ChannelError', code, retryAfterMs, retryable: code === 'RATE_LIMIT' });

export default class Echo {
  capabilities = { maxLength: 100, threads: true };
  sent = 0;

  async start(ctx) {
    this.ctx = ctx;
    ctx.onRequest(({ method, query, headers, body }) => ({
      status: 201,
      headers: { 'content-type': 'text/plain' },
      body: `${method} ${query} ${headers['x-sign']} ${[...body]}`,
    }));
  }

  stop() {
    this.ctx?.log.info(`stopped, aborted: ${this.ctx.signal.aborted}`);
  }

  async sendMessage(to, { content }) {
    if (to === 'ctx') return { id: JSON.stringify((await this.look(content)) ?? null) };
    if (to === 'fail') throw channelError(content, 1_500);
    if (to === 'throw') throw new Error(content);
    if (to === 'log') {
      const circular = {};
      circular.itself = circular;
      return void this.ctx.log.warn(content, circular);
    }
    if (to === 'status') {
      const [status, ...detail] = content.split(' ');
      return void this.ctx.setStatus(status, detail.join(' ') || undefined);
    }
    if (to === 'hear') {
      return {
        id: await this.ctx.onMessage(JSON.parse(content)).then(
          () => 'taken',
          (error) => error.message,
        ),
      };
    }
    this.sent += 1;
    // Not waited for: the gateway may be slow.
    if (to === 'somebody') {
      void this.onMessage({ id: 'in-1', from: { id: to }, content: `heard ${content}`, timestamp: 1_700_000_000_000 });
    }
    return { id: `sent-${this.sent}` };
  }

  async look(what) {
    const { config, channelId, secrets, state, blobs, dataDir, onAction, fetch } = this.ctx;
    const said = (error) => `${error.code} ${error.message}`;
    switch (what) {
      case 'config':
        return config;
      case 'channelId':
        return channelId;
      case 'secrets':
        return [await secrets.get('token'), await secrets.get('nobody')];
      case 'state': {
        const before = (await state.get('a')) ?? null;
        await state.set('a', { n: 1 });
        const after = await state.get('a');
        await state.delete('a');
        return [before, after, (await state.get('a')) ?? null];
      }
      case 'blobs':
        return [
          [...(await blobs.read('blob_1'))],
          await blobs.write({ name: 'a.txt', type: 'text/plain', data: Uint8Array.from([7, 8, 9]) }),
          [...(await blobs.read('blob_2'))],
          await blobs.read('nobody').catch((error) => error.code),
        ];
      case 'dataDir':
        await writeFile(`${dataDir}/note`, 'written and read');
        return readFile(`${dataDir}/note`, 'utf8');
      case 'action':
        return onAction({ actionId: 'yes', from: { id: 'somebody' } });
      case 'fetch':
        return fetch('https://internal.example/').catch(said);
    }
  }

  async health() {}
  async editMessage() {}
}
