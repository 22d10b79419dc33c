import { first } from './0001-first.ts';
import { operations } from './0002-operations.ts';
import { approvals } from './0003-approvals.ts';
import { fileChanges } from './0004-file-changes.ts';
import { skills } from './0005-skills.ts';
import { tasks } from './0006-tasks.ts';
import { channels } from './0007-channels.ts';

/** In order; the database's `user_version` says how many it has had. One that users may have is never changed. */
export const migrations: readonly string[] = [first, operations, approvals, fileChanges, skills, tasks, channels];
