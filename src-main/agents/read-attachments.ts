import { isUtf8 } from 'node:buffer';
import { constants } from 'node:fs';
import type * as NodeFs from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../src-shared/app-error.ts';
import type { Attachment } from '../../src-shared/contract/events.ts';
import type { ModelClient, ModelImage, ModelMessage } from './models/model-client.ts';

/** A message of the conversation, with the files that went with it. */
export type WithAttachments = ModelMessage & { readonly attachments?: readonly Attachment[] };

type Ports = {
  readonly fs: Pick<typeof NodeFs, 'mkdir' | 'copyFile' | 'realpath'>;
  readonly uploads: { readonly read: (id: string) => Promise<Buffer>; readonly pathOf: (id: string) => string };
};

export type ReadAttachments = (messages: readonly WithAttachments[], workspace: string) => Promise<readonly ModelMessage[]>;

/** Of text that is quoted; what is longer is a file for the tools. */
const quotedBytes = 64 * 1024;
/** Pictures that go with a request at most, newest first: each costs as much as a page of text, every time. */
const picturesMost = 8;
const pictureBytes = 16 * 1024 * 1024;

/**
 * Files as a model can take them: pictures beside the words, short texts quoted, all others copied into `uploads/` of
 * the workspace and named. What a file says is quoted, and so is data.
 */
export const createReadAttachments =
  ({ fs, uploads }: Ports): ReadAttachments =>
  async (messages, workspace) => {
    if (!messages.some(({ attachments }) => attachments?.length)) return messages;
    let pictures = 0;
    let bytes = 0;
    const read: ModelMessage[] = [];
    for (const message of messages.toReversed()) read.unshift(await readOne(message));
    return read;

    async function copyInto(workspace: string, path: string, from: string): Promise<void> {
      const folder = join(workspace, 'uploads');
      await fs.mkdir(folder, { recursive: true });
      // The agent may have put a link there: nothing is written where that leads.
      if ((await fs.realpath(folder)) !== folder) throw new Error('uploads/ leads out of the workspace');
      await fs.copyFile(from, join(workspace, path), constants.COPYFILE_EXCL).catch((thrown: { code?: unknown }) => {
        if (thrown.code !== 'EEXIST') throw thrown;
      });
    }

    async function readOne({ attachments = [], ...message }: WithAttachments): Promise<ModelMessage> {
      if (message.role !== 'user' || attachments.length === 0) return message;
      const words = [message.content];
      const images: ModelImage[] = [];
      for (const attachment of attachments) {
        try {
          const { text, image } = await readFile(attachment);
          words.push(text);
          if (image) images.push(image);
        } catch {
          words.push(`[attached: ${nameOf(attachment)}; it cannot be read]`);
        }
      }
      return { ...message, content: words.filter(Boolean).join('\n\n'), ...(images.length > 0 ? { images } : {}) };
    }

    async function readFile(attachment: Attachment): Promise<{ readonly text: string; readonly image?: ModelImage }> {
      const { id, type, size } = attachment;
      if (type.startsWith('image/') && pictures < picturesMost && bytes + size <= pictureBytes) {
        pictures += 1;
        bytes += size;
        return {
          text: `[attached picture: ${nameOf(attachment)}]`,
          image: { mediaType: type, base64: (await uploads.read(id)).toString('base64') },
        };
      }
      if (size <= quotedBytes && !type.startsWith('image/')) {
        const content = await uploads.read(id);
        if (isUtf8(content) && !content.includes(0)) return { text: quoted(nameOf(attachment), content.toString('utf8')) };
      }
      const path = join('uploads', `${id.slice(4, 12)}-${nameOf(attachment)}`);
      await copyInto(workspace, path, uploads.pathOf(id));
      return { text: `[attached file: ${path} in the workspace, ${type}, ${size} bytes]` };
    }
  };

/** The model, for which pictures are words that say so. */
export const withoutPictures = (model: ModelClient): ModelClient => ({
  ...model,
  stream: (request, signal) => model.stream({ ...request, messages: request.messages.map(blind) }, signal),
});

/** The model, for which pictures that are part of the question are none it takes: who sends them along is told. */
export const refusingPictures = (model: ModelClient): ModelClient => ({
  ...model,
  stream: async function* () {
    const message = `${model.label} cannot see pictures.`;
    const details = { issues: [{ at: 'body.model', message }] };
    yield {
      type: 'error',
      error: new AppError('BAD_REQUEST', { message, details, hint: 'Leave them out, or ask an agent whose model can.' }),
    };
  },
});

const blind = (message: ModelMessage): ModelMessage => {
  if (message.role !== 'user' || !message.images?.length) return message;
  return { role: 'user', content: `${message.content}\n\n[You cannot see pictures. Say so where it matters.]` };
};

/** A name that is one line, and one part of a path. */
const nameOf = ({ name }: Attachment): string =>
  name
    .replace(/[^\p{L}\p{N}._ ()-]/gu, '_')
    .replace(/^\.+/, '_')
    .slice(-120) || 'file';

/** The fence is longer than any inside. */
const quoted = (name: string, text: string): string => {
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `Attached file ${name}:\n${fence}\n${text}\n${fence}`;
};
