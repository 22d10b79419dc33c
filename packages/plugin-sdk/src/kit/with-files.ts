import type { ChannelContext } from '../channel-context.ts';
import { ChannelError } from '../channel-error.ts';
import type { Attachment, InboundMessage } from '../message.ts';

/** What the gateway takes of one file: `ctx.blobs`. */
export const mostFileBytes = 25 * 1024 * 1024;

export type FileToFetch = { readonly name: string; readonly type: string; readonly fetch: () => Promise<Uint8Array> };

/**
 * A message with the files that came with it. One that cannot be had is named in its text instead: else nothing of it would be heard,
 * and nobody who writes after it where a platform tells all in order.
 *
 * @param again whether the platform tells again what was not acknowledged: then this rejects where a file may be had later
 */
export const withFiles = async (
  { blobs, log }: Pick<ChannelContext, 'blobs' | 'log'>,
  message: Omit<InboundMessage, 'attachments'>,
  files: readonly FileToFetch[],
  { again }: { readonly again: boolean },
): Promise<InboundMessage> => {
  if (files.length === 0) return message;
  const attachments: Attachment[] = [];
  const missing: string[] = [];
  for (const { name, type, fetch } of files) {
    try {
      attachments.push(await blobs.write({ name, type, data: await fetch() }));
    } catch (error) {
      if (again && error instanceof ChannelError && (error.retryable || error.code === 'AUTH')) throw error;
      log.warn('A file could not be fetched.', { name, error: String(error) });
      missing.push(`[${name} could not be fetched]`);
    }
  }
  return { ...message, content: [message.content, ...missing].filter(Boolean).join('\n'), attachments };
};

/**
 * The body of an answer, of which others have chosen what it is: no more than this of it is ever in memory.
 *
 * @throws ChannelError UNSUPPORTED where it has more
 */
export const bytesOf = async (response: Response, most = mostFileBytes): Promise<Uint8Array> => {
  const tooLarge = new ChannelError('UNSUPPORTED', `The file has more than ${Math.floor(most / 1024 / 1024)} MiB.`);
  if (Number(response.headers.get('content-length') ?? 0) > most) {
    await response.body?.cancel();
    throw tooLarge;
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop lets go of the connection.
    if (size > most) throw tooLarge;
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
};
