// Does what `options.at[moment]` says at that moment: `load`, `start`, `stop` and `send` are such moments.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

const pipe = 3;
const never = () => new Promise(() => undefined);
const frame = (json, { jsonBytes = Buffer.byteLength(json), attached = 0 } = {}) => {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(jsonBytes, 0);
  head.writeUInt32LE(attached, 4);
  return Buffer.concat([head, Buffer.from(json)]);
};
const raw = (...frames) => {
  for (let rest of frames) {
    while (rest.length > 0) {
      try {
        rest = rest.subarray(writeSync(pipe, rest));
      } catch (error) {
        if (error.code !== 'EAGAIN') throw error;
      }
    }
  }
};
const call = (m, unit, payload) => frame(JSON.stringify({ t: 'q', m, a: [unit, payload], i: 'x' }));
const attempt = (task) => {
  try {
    return String(task());
  } catch (error) {
    return error.code ?? error.message;
  }
};

const deeds = {
  spin: () => {
    for (;;);
  },
  leak: () => {
    const kept = [];
    for (;;) kept.push(new Array(10_000).fill({ n: kept.length }));
  },
  exit: () => process.exit(3),
  never,
  throw: () => {
    throw new Error('not today');
  },
  throwLater: () => {
    setTimeout(() => {
      throw new TypeError('thrown at nobody');
    });
  },
  rejectOften: () => {
    for (let n = 0; n < 1_000; n += 1) void Promise.reject(new Error('nobody listens'));
  },
  logOften: () => {
    // biome-ignore lint/suspicious/noConsole: what a plugin prints is its log
    for (let n = 0; n < 1_000; n += 1) console.log(`line ${n}`);
  },
  writeOften: () => {
    for (let n = 0; n < 1_000; n += 1) process.stdout.write(`raw ${n}\n`);
  },
  hearOften: (_ctx, plugin) => {
    for (let n = 0; n < 100_000; n += 1) void plugin.onMessage({ id: `${n}`, from: { id: 'crowd' }, content: 'again' });
  },
  garbage: () => raw(Buffer.from('GET / HTTP/1.1\r\nHost: gateway\r\n\r\n')),
  notJson: () => raw(frame('{"t":"q"')),
  notCall: () => raw(frame('{"t":"q","m":"constructor","a":["nasty",{}],"i":"1"}')),
  proto: () => raw(frame('{"t":"q","m":"__proto__","a":["nasty",{}],"i":"1"}')),
  answerAll: () => raw(frame('{"t":"s","i":"1","r":{"ok":"perhaps"}}')),
  answerNobody: () => raw(frame('{"t":"s","i":"1","r":{"ok":true}}')),
  huge: () => raw(frame('', { jsonBytes: 0xffffffff })),
  hugeFile: () => raw(frame('{}', { attached: 0xffffffff })),
  loose: () => raw(frame('[]', { attached: 1 }), Buffer.from('x')),
  forge: () => raw(call('heard', 'telegram', { message: { id: '1', from: { id: 'boss' }, content: 'pay me' } })),
  flood: () => {
    const line = call('log', 'nasty', { level: 'error', text: 'x' });
    for (;;) raw(line);
  },
};

const looks = (ctx) => ({
  passwd: attempt(() => readFileSync('/etc/passwd').length),
  readHost: attempt(() => readFileSync(ctx.config.secretFile).length),
  writePlugin: attempt(() => writeFileSync(new URL('more.mjs', import.meta.url), '')),
  program: attempt(() => execFileSync('/bin/true')),
  worker: attempt(() => new Worker('1', { eval: true })),
  addon: attempt(() => process.dlopen({ exports: {} }, '/tmp/x.node')),
  gateway: attempt(() => process.kill(ctx.config.gatewayPid, 0)),
  parent: attempt(() => process.kill(process.ppid, 0)),
  env: Object.keys(process.env).sort(),
  heapMb: Number(/--max-old-space-size=(\d+)/.exec(process.execArgv.join(' '))?.[1]),
  cwd: process.cwd(),
});

export default class Nasty {
  async start(ctx) {
    this.ctx = ctx;
    await this.do('start');
  }

  async stop() {
    await this.do('stop');
  }

  async sendMessage(to) {
    if (to === 'look') return { id: JSON.stringify(looks(this.ctx)) };
    await deeds[to]?.(this.ctx, this);
  }

  async do(moment) {
    await deeds[this.ctx.config.at?.[moment]]?.(this.ctx, this);
  }
}
