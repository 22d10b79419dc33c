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

/**
 * Turns the answer into an event stream. `start` gets the sink and returns its undo, run once when either side ends.
 * Written straight to the answer: a stream as Koa takes one for a body would be one more for every piece to pass.
 */
export const openSse = (ctx: Context, start: (sink: SseSink) => () => void): void => {
  const { res } = ctx;
  ctx.status = 200;
  ctx.set({ 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
  ctx.req.socket.setNoDelay(true);

  const isOver = (): boolean => res.destroyed || res.writableEnded;
  const write = (text: string): void => {
    if (isOver()) return;
    res.write(text);
    // A client that does not read: what it missed can be fetched again, our memory cannot.
    if (res.writableLength > maxBufferedBytes) res.destroy();
  };
  const undo = start({
    send: (event, ...data) => write(data.map((one) => `event: ${event}\ndata: ${JSON.stringify(one)}\n\n`).join('')),
    sendLines: (...data) => write(data.map((one) => `data: ${one}\n\n`).join('')),
    hasRoom: () => res.writableLength < roomBytes,
    close: () => isOver() || res.end(),
  });
  ctx.respond = false;
  const keepAlive = setInterval(() => write(': still here\n\n'), keepAliveMs).unref();
  const end = (): void => {
    clearInterval(keepAlive);
    undo();
  };
  // Gone while the first piece was waited for: it would never close again.
  if (res.closed) end();
  else res.once('close', end);
};
