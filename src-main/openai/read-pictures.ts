import type { ModelImage } from '../agents/models/model-client.ts';
import type { GuardedHttp } from '../net/guarded-http.ts';
import { type PictureRef, type PromptMessage, refused } from './chat-prompt.ts';

/** Gives the messages their pictures. Rejects with `BAD_REQUEST` that names the field. */
export type ReadPictures = (messages: readonly PromptMessage[], signal: AbortSignal) => Promise<readonly PromptMessage[]>;

type Ports = {
  readonly http: GuardedHttp;
  /** By the first bytes: what a client calls a picture proves nothing. */
  readonly pictureType: (head: Buffer) => string | null;
};

/** As with uploads: the newest so many, and so many bytes of them together. */
const picturesMost = 8;
const bytesMost = 16 * 1024 * 1024;
const timeoutMs = 20_000;
const headers = { 'user-agent': 'OpenClaw', accept: 'image/*' };

export const createReadPictures = ({ http, pictureType }: Ports): ReadPictures => {
  const fetchBytes = async ({ url, at }: PictureRef, signal: AbortSignal): Promise<Buffer> => {
    if (!URL.canParse(url) || new URL(url).protocol !== 'https:') throw refused(at, 'a picture is a data: or an https: address');
    const fetched = http({
      ...{ method: 'GET', url: new URL(url), headers, signal, timeoutMs, bytesMost },
      mayFollow: (next) => next.protocol === 'https:',
    });
    const answer = await fetched.catch((error: Error) => {
      throw refused(at, `the picture cannot be fetched: ${error.message}`);
    });
    if (answer.status !== 200) throw refused(at, `the picture cannot be fetched: HTTP ${answer.status}`);
    if (answer.cut) throw tooLarge(at);
    return answer.bytes;
  };

  const read = async (ref: PictureRef, signal: AbortSignal): Promise<ModelImage & { readonly size: number }> => {
    const bytes = ref.url.startsWith('data:') ? inlineBytes(ref) : await fetchBytes(ref, signal);
    const mediaType = pictureType(bytes.subarray(0, 16));
    if (mediaType === null) throw refused(ref.at, 'a picture is PNG, JPEG, GIF or WebP');
    return { mediaType, base64: bytes.toString('base64'), size: bytes.length };
  };

  return async (messages, signal) => {
    const refs = messages.flatMap((message) => (message.role === 'tool' ? [] : (message.pictures ?? [])));
    const wanted = refs.slice(-picturesMost);
    const pictures = new Map<PictureRef, ModelImage>();
    let size = 0;
    for (const ref of wanted) {
      const { size: more, ...image } = await read(ref, signal);
      size += more;
      if (size > bytesMost) throw tooLarge(ref.at);
      pictures.set(ref, image);
    }
    return messages.map((message) => {
      if (message.role === 'tool' || !message.pictures?.length) return message;
      const images = message.pictures.flatMap((ref) => pictures.get(ref) ?? []);
      const missing = message.pictures.length - images.length;
      const text = missing === 0 ? message.text : `${message.text}\n\n[${missing} earlier pictures are left out]`;
      return { ...message, text, images };
    });
  };
};

const inlineBytes = ({ url, at }: PictureRef): Buffer => {
  const comma = url.indexOf(',');
  const data = url.slice(comma + 1);
  if (!/^data:[^,]*;base64$/i.test(url.slice(0, comma)) || !/^[A-Za-z0-9+/]*={0,2}$/.test(data))
    throw refused(at, 'a data: address of a picture has base64');
  return Buffer.from(data, 'base64');
};

const tooLarge = (at: string): Error => refused(at, `the pictures of a request may have ${bytesMost / 1024 / 1024} MiB together`);
