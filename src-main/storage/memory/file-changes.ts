import { type FileChangeRow, fileChangesMost, type Read, type Write } from '../database.ts';
import type { Tables } from './tables.ts';

type ChangeWrite = Extract<Write, { op: `fileChange.${string}` }>;

export const writeFileChange = (tables: Tables, write: ChangeWrite): null => {
  switch (write.op) {
    case 'fileChange.put':
      tables.fileChanges = [...tables.fileChanges, write.change].slice(-fileChangesMost);
      return null;
    case 'fileChange.forget':
      forgetFileChanges(tables, write.messageId);
      return null;
  }
};

export const forgetFileChanges = (tables: Tables, gone: string): void => {
  tables.fileChanges = tables.fileChanges.filter(({ messageId }) => messageId !== gone);
};

export const readFileChanges = (tables: Tables, { messageId }: Extract<Read, { op: 'fileChange.ofTurn' }>): readonly FileChangeRow[] =>
  tables.fileChanges.filter((change) => change.messageId === messageId);
