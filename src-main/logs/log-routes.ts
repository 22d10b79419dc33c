import type { LogLine, RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import { type Log, type LogLevel, levelNumbers } from './create-log.ts';

type Sink = { readonly send: (event: string, data: unknown) => void; readonly close: () => void };
export type LogRoutes = {
  readonly getLogs: (
    input: RouteInput<'getLogs'>,
    info: { readonly wantsStream: boolean },
  ) => Promise<RouteAnswer<'getLogs'> | { readonly sse: (sink: Sink) => () => void }>;
};

/** The newest lines from memory; as an event stream it follows, and records at the asked level for as long. */
export const createLogRoutes = (log: Pick<Log, 'ring' | 'lowerLevel'>): LogRoutes => ({
  getLogs: async ({ query }, info) => {
    const level: LogLevel = query.level ?? 'info';
    const needle = query.q?.toLowerCase();
    const matches = (line: LogLine): boolean =>
      levelNumbers[line.level] >= levelNumbers[level] &&
      line.time > (query.since ?? 0) &&
      (needle === undefined || JSON.stringify(line).toLowerCase().includes(needle));
    const lines = log.ring
      .lines()
      .filter(matches)
      .slice(-(query.limit ?? 200));
    if (!info.wantsStream) return { status: 200, body: { lines } };
    return {
      sse: (sink) => {
        for (const line of lines) sink.send('log', line);
        const unfollow = log.ring.follow((line) => matches(line) && sink.send('log', line));
        const raise = log.lowerLevel(level);
        return () => {
          unfollow();
          raise();
        };
      },
    };
  },
});
