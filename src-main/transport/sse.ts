import { PassThrough } from 'node:stream';
import type { Context } from 'koa';

/** One server-sent-event answer. */
export type SseSink = {
  /** One event for each piece of data, all in one write. */
  readonly send: (event: string, ...data: readonly unknown[]) => void;
  /** Events without a name, their data as they stand: one line each. In one write. */
  readonly sendLines: (...data: readonly string[]) => void;
  /** False while the client has much to read. */
  readonly hasRoom: () => boolean;
  readonly close: () => void;
};

const keepAliveMs = 15_000;
const maxBufferedBytes = 4 * 1024 * 1024;
const roomBytes = 1024 * 1024;

/** Turns the answer into an event stream. `start` gets the sink and returns its undo, run once when either side ends. */
export const openSse = (ctx: Context, start: (sink: SseSink) => () => void): void => {
  const stream = new PassThrough({ highWaterMark: maxBufferedBytes });
  ctx.status = 200;
  ctx.set({ 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
  ctx.body = stream;
  ctx.req.socket.setNoDelay(true);

  let undo: (() => void) | null = null;
  const keepAlive = setInterval(() => stream.write(': still here\n\n'), keepAliveMs).unref();
  const end = (): void => {
    clearInterval(keepAlive);
    undo?.();
    undo = null;
  };
  stream.on('close', end);
  ctx.res.on('close', () => stream.destroy());
  // Gone while the first piece was waited for: nobody would read the stream, and it would never close.
  if (ctx.res.closed) stream.destroy();
  const write = (text: string): void => {
    if (stream.destroyed || stream.writableEnded) return;
    stream.write(text);
    // A client that does not read: what it missed can be fetched again, our memory cannot.
    if (stream.writableLength > maxBufferedBytes) stream.destroy();
  };
  undo = start({
    send: (event, ...data) => write(data.map((one) => `event: ${event}\ndata: ${JSON.stringify(one)}\n\n`).join('')),
    sendLines: (...data) => write(data.map((one) => `data: ${one}\n\n`).join('')),
    hasRoom: () => stream.readableLength + stream.writableLength < roomBytes,
    close: () => stream.end(),
  });
};
