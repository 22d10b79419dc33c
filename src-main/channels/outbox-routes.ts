import { AppError } from '../../src-shared/app-error.ts';
import type { Config } from '../../src-shared/contract/config.ts';
import type { OutboxItem, RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import type { Clock } from '../gateway-ports.ts';
import { readNumberCursor } from '../number-cursor.ts';
import type { Database, OutboxRow } from '../storage/database.ts';
import type { ChannelService } from './channel-service.ts';
import { requireChannel } from './require-channel.ts';
import { createUndoWindow } from './undo-window.ts';

const pageDefault = 50;

type Ids = 'listOutbox' | 'sendAgain' | 'deleteOutboxItem' | 'restoreOutboxItem';
export type OutboxRoutes = { readonly [Id in Ids]: (input: RouteInput<Id>) => Promise<RouteAnswer<Id>> };

type OutboxRoutePorts = {
  readonly database: Database;
  readonly config: () => Config;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly channels: Pick<ChannelService, 'wakeLane' | 'changed'>;
};

export const createOutboxRoutes = ({ database, config, clock, channels }: OutboxRoutePorts): OutboxRoutes => {
  const undo = createUndoWindow<OutboxRow>(clock);
  return {
    listOutbox: async ({ params: { id: channel }, query: { cursor, limit = pageDefault, dead = false } }) => {
      requireChannel(config(), channel);
      const rows = await database.read({ op: 'outbox.list', channel, dead, before: readNumberCursor(cursor), limit });
      const nextCursor = rows.length === limit ? String(rows.at(-1)?.no) : null;
      return { status: 200, body: { messages: rows.map(itemOf), nextCursor } };
    },
    sendAgain: async ({ params: { id: channel }, body: { messageId: id } }) => {
      requireChannel(config(), channel);
      const [done] = await database.write([{ op: 'outbox.again', channel, id }]);
      const row = await database.read({ op: 'outbox.get', channel, id });
      if (done === 0 || row === null) throw notDead();
      channels.wakeLane(channel, row.lane);
      channels.changed();
      return { status: 200, body: { message: itemOf(row) } };
    },
    deleteOutboxItem: async ({ params: { id: channel, messageId: id } }) => {
      requireChannel(config(), channel);
      const row = await database.read({ op: 'outbox.get', channel, id });
      const [done] = await database.write([{ op: 'outbox.remove', channel, id }]);
      if (done === 0 || row === null) throw notDead();
      const undoUntil = undo.keep(id, row);
      channels.changed();
      return { status: 200, body: { deleted: true, undoUntil } };
    },
    restoreOutboxItem: async ({ params: { id: channel, messageId: id } }) => {
      requireChannel(config(), channel);
      const row = undo.take(id);
      await database.write([{ op: 'outbox.restore', row }]);
      channels.changed();
      return { status: 200, body: { message: itemOf(row) } };
    },
  };
};

const notDead = (): AppError => new AppError('MESSAGE_UNKNOWN', { message: 'There is no message of that id that could not be sent.' });

const itemOf = ({ id, to, message, channel: _channel, lane: _lane, no: _no, ...rest }: OutboxRow): OutboxItem => ({
  ...{ id, to, threadId: message.threadId ?? null, content: message.content },
  ...rest,
});
