import type { RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import type { Log } from './create-log.ts';
import type { FollowLog } from './log-feed.ts';
import { readLogPage } from './log-history.ts';

type Sink = {
  readonly send: (event: string, ...data: readonly unknown[]) => void;
  readonly hasRoom: () => boolean;
  readonly close: () => void;
};
export type LogRoutes = {
  readonly getLogs: (
    input: RouteInput<'getLogs'>,
    info: { readonly wantsStream: boolean },
  ) => Promise<RouteAnswer<'getLogs'> | { readonly sse: (sink: Sink) => () => void }>;
};

const defaultLimit = 200;

/** The newest lines; as an event stream it follows, and records at the asked level for as long. */
export const createLogRoutes = ({ log, follow }: { readonly log: Log; readonly follow: FollowLog }): LogRoutes => ({
  getLogs: async ({ query }, info) => {
    const filter = { ...query, level: query.level ?? 'info' };
    // What is logged while the page is read is in memory still.
    const after = log.ring.lastSeq();
    const { lines, nextBefore } = await readLogPage(log, { ...filter, limit: query.limit ?? defaultLimit });
    if (!info.wantsStream) return { status: 200, body: { lines: [...lines], nextBefore } };
    return {
      sse: (sink) => {
        if (lines.length > 0) sink.send('log', ...lines);
        return follow({
          filter,
          after: Math.max(after, lines.at(-1)?.seq ?? 0),
          hasRoom: sink.hasRoom,
          deliver: ({ lines: more, dropped }) => {
            if (more.length > 0) sink.send('log', ...more);
            if (dropped > 0) sink.send('dropped', { dropped });
          },
        });
      },
    };
  },
});
