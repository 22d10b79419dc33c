import { basename } from 'node:path';
import * as z from 'zod';
import { AppError } from '../../../src-shared/app-error.ts';
import { maxUploadBytes } from '../../../src-shared/contract/routes/uploads.ts';
import type { UploadStore } from '../../uploads/upload-store.ts';
import { type OpenFilePorts, withFile } from './open-file.ts';
import { type Tool, ToolError } from './tool.ts';

/** Files of one reply. */
const filesMost = 10;

const parameters = z.object({
  path: z.string().min(1).max(4096).describe('file, relative to the workspace'),
  name: z.string().min(1).max(255).optional().describe('what it is to be called; default its own name'),
});

/**
 * Sends a file of the workspace along with the reply, as it is now: what the agent does to it later changes nothing. Whoever hears the
 * reply gets it, and could have been told all that is in it; so it is no more of a right than reading is.
 */
export const createAttachFile = (fs: OpenFilePorts, uploads: Pick<UploadStore, 'save'>): Tool<typeof parameters> => ({
  name: 'attach_file',
  description: 'Attach a file in the workspace to your reply, for the user to download.',
  parameters,
  effect: 'read',
  execute: async ({ path, name = basename(path) }, { workspace, signal, ownerId, sessionId, replyFiles }) => {
    if (replyFiles === null)
      throw new ToolError('No file can go with this reply: this client takes text only. Say so, or quote what matters.');
    if (replyFiles.length >= filesMost) throw new ToolError(`A reply has ${filesMost} files at most, and this one has them.`);
    const { detectMimeType } = await import('nodemailer/lib/mime-funcs/mime-types');
    const { id, ...file } = await withFile(fs, workspace, path, async (file, size) => {
      if (size === 0) throw new ToolError(`"${path}" is empty.`);
      if (size > maxUploadBytes) throw new ToolError(`"${path}" has ${size} bytes; a file of a reply has ${maxUploadBytes} at most.`);
      // No further than it goes now, though somebody writes to it.
      const chunks = file.createReadStream({ start: 0, end: size - 1, autoClose: false, signal });
      return uploads.save({ ownerId, sessionId, name: oneName(name), type: detectMimeType(name), chunks }).catch((thrown: unknown) => {
        throw thrown instanceof AppError ? new ToolError(thrown.message) : thrown;
      });
    });
    replyFiles.push({ id, name: file.name, type: file.type, size: file.size });
    return `${file.name} (${file.type}, ${file.size} bytes) goes with your reply.`;
  },
});

/** One line, and one part of a path. */
const oneName = (name: string): string => name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}/\\]/gu, '_');
