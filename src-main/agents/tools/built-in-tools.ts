import * as fs from 'node:fs/promises';
import type { Clock } from '../../gateway-ports.ts';
import { redact } from '../../logs/redact.ts';
import type { FetchPage } from '../../net/fetch-page.ts';
import type { Programs } from '../../programs/open-programs.ts';
import type { UploadStore } from '../../uploads/upload-store.ts';
import type { KeepBefore } from '../undo/keep-before.ts';
import { createAskUser } from './ask-user.ts';
import { createAttachFile } from './attach-file.ts';
import { createFetchUrl } from './fetch-url.ts';
import { createFileEdit } from './file-edit.ts';
import { createFileRead } from './file-read.ts';
import { createFileWrite } from './file-write.ts';
import { createGlob } from './glob.ts';
import { createGrep } from './grep.ts';
import { createListDir } from './list-dir.ts';
import { createMemoryRead, createMemoryWrite } from './memory.ts';
import type { Search } from './search/open-search.ts';
import { createShell } from './shell.ts';
import type { Tool } from './tool.ts';

type Ports = {
  readonly programs: Programs;
  readonly search: Search;
  readonly keepBefore: KeepBefore;
  readonly uploads: Pick<UploadStore, 'save'>;
  readonly fetchPage: FetchPage;
  readonly clock: Clock;
};

/** The tools that need no setting up. */
export const createBuiltInTools = ({ programs, search, keepBefore, uploads, fetchPage, clock }: Ports): readonly Tool[] => [
  createFileRead(fs),
  createListDir(fs),
  createGlob(search, fs),
  createGrep(search, fs),
  createFileWrite(fs, keepBefore),
  createFileEdit(fs, keepBefore),
  createFetchUrl(fetchPage),
  createMemoryRead(fs),
  createMemoryWrite({ fs, keepBefore, redact }),
  createAskUser(),
  createAttachFile(fs, uploads),
  createShell({ fs, programs, clock }),
];
