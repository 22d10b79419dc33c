import { AppError } from '../../../src-shared/app-error.ts';
import { refusedArchive } from '../../read-zip.ts';

export const unknownPlugin = (id: string): AppError =>
  new AppError('PLUGIN_UNKNOWN', { message: `No plugin "${id}" is installed.`, hint: 'What there is: openclaw channels list' });

export const nothingKept = (id: string): AppError =>
  new AppError('UNDO_OVER', { message: `No earlier version of the plugin "${id}" is kept.` });

/** What is ours cannot be put out of its place: nobody would see the difference. */
export const takenByOurs = (id: string): AppError =>
  refusedArchive('bundled', `"${id}" is the id of a plugin that comes with OpenClaw.`, 'Give yours another id.');

export const bundledStays = (id: string): AppError =>
  new AppError('BAD_REQUEST', { message: `The plugin "${id}" comes with OpenClaw: it can be switched off, not changed or removed.` });

export const brokenPlugin = (id: string, why: string): AppError =>
  new AppError('PLUGIN_BROKEN', {
    message: `The plugin "${id}" is not run: ${why.replace(/\.$/, '')}.`,
    hint: 'Install it again, or bring back the version before it.',
  });
