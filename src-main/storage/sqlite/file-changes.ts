import { type FileChangeRow, fileChangesMost, type Read, type Write } from '../database.ts';
import type { Connection } from './connection.ts';
import { nullable, text } from './rows.ts';

type ChangeWrite = Extract<Write, { op: `fileChange.${string}` }>;

export const writeFileChange = (db: Connection, write: ChangeWrite): null => {
  switch (write.op) {
    case 'fileChange.put': {
      const { messageId, toolCallId, at, path, before, after } = write.change;
      db.sql('INSERT INTO file_changes (message_id, tool_call_id, at, path, before, after) VALUES (?, ?, ?, ?, ?, ?)').run([
        messageId,
        toolCallId,
        at,
        path,
        before,
        after,
      ]);
      db.sql('DELETE FROM file_changes WHERE no <= (SELECT max(no) FROM file_changes) - ?').run([fileChangesMost]);
      return null;
    }
    case 'fileChange.forget':
      forgetFileChanges(db, write.messageId);
      return null;
  }
};

export const forgetFileChanges = (db: Connection, messageId: string): void =>
  void db.sql('DELETE FROM file_changes WHERE message_id = ?').run([messageId]);

export const readFileChanges = (db: Connection, { messageId }: Extract<Read, { op: 'fileChange.ofTurn' }>): string =>
  JSON.stringify(
    db
      .sql('SELECT tool_call_id, at, path, before, after FROM file_changes WHERE message_id = ? ORDER BY no')
      .all([messageId])
      .map(
        (row): FileChangeRow => ({
          messageId,
          toolCallId: text(row[0]),
          at: Number(row[1]),
          path: text(row[2]),
          before: nullable(row[3]),
          after: text(row[4]),
        }),
      ),
  );
