import { rename, rm } from 'node:fs/promises';
import { AppError } from '../../src-shared/app-error.ts';

/** Whole or not at all: what breaks off leaves no half a file under the name. */
export const wholeFile = async (path: string, write: (path: string) => Promise<void>): Promise<void> => {
  const part = `${path}.part`;
  try {
    await write(part);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
};

/** For an answer that ended in the middle. */
export const brokenOff = (cause: NodeJS.ErrnoException): never => {
  throw cause.code === 'ECONNRESET' ? new AppError('GATEWAY_UNREACHABLE', { message: 'The gateway has ended.', cause }) : cause;
};
