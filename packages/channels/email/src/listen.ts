import type { Attachment, ChannelContext } from '@openclaw/plugin-sdk';
import { handOver, keepConnected, pause } from '@openclaw/plugin-sdk/kit';
import type { ImapFlow } from 'imapflow';
import PostalMime from 'postal-mime';
import { withImap } from './imap.ts';
import type { Mailbox } from './mailbox.ts';
import { type MailFile, readMail } from './read-mail.ts';
import type { Smtp } from './smtp.ts';
import type { Threads } from './threads.ts';

/** Up to where mails are done with. UIDs grow, and hold as long as the folder's UIDVALIDITY is the same. */
type Place = {
  readonly validity: string;
  readonly uid: number;
  /** When the last one came. */
  readonly at: number;
};

const dayMs = 24 * 60 * 60_000;
/** More than the gateway takes as files; of a larger mail the beginning is read, which has the text. */
const mostBytes = 36 * 1024 * 1024;
const beginningBytes = 256 * 1024;
const mostFileBytes = 25 * 1024 * 1024;

type Listening = { readonly ctx: ChannelContext; readonly mailbox: Mailbox; readonly smtp: Smtp; readonly threads: Threads };

/** Hands over unseen mails from where it was left, and waits for more by IDLE, until `ctx.signal` is aborted. */
export const listen = (listening: Listening): Promise<void> => {
  const { ctx, mailbox, smtp } = listening;
  return keepConnected({
    signal: ctx.signal,
    connect: async (well) => {
      // What could not be answered stays on the server.
      await smtp.verify();
      await withImap(mailbox, ctx.signal, async (client) => follow(listening, client, well));
    },
    lost: (error) => {
      const { code, message } = error as { readonly code?: string; readonly message: string };
      if (code === 'AUTH') {
        ctx.setStatus('needs-auth', `${message} Fill in the password again; many providers want an app password or authorization code.`);
        return 'stop';
      }
      ctx.setStatus('connecting', message);
      return undefined;
    },
  });
};

const follow = async (listening: Listening, client: ImapFlow, well: () => void): Promise<void> => {
  const { ctx, mailbox } = listening;
  await client.mailboxOpen(mailbox.folder);
  ctx.setStatus('online');
  let wake = (): void => {};
  client.on('exists', () => wake());
  while (!ctx.signal.aborted) {
    const news = new Promise<void>((resolve) => {
      wake = resolve;
    });
    await catchUp(listening, client);
    well();
    // A server that ends IDLE at once would be asked again at once.
    const idle = client.idle().then(() => pause(1_000, ctx.signal));
    await Promise.race([news, idle]);
  }
};

const catchUp = async (listening: Listening, client: ImapFlow): Promise<void> => {
  const { ctx } = listening;
  let place = await placeOf(ctx, client);
  const since = place.uid === 0 ? { since: new Date(place.at - dayMs) } : {};
  const found = await client.search({ seen: false, uid: `${place.uid + 1}:*`, ...since }, { uid: true });
  // `n:*` names the last one, also where that is before n.
  const uids = (found || []).filter((uid) => uid > place.uid).sort((a, b) => a - b);
  for (const uid of uids) {
    const { size = 0, internalDate } = (await client.fetchOne(String(uid), { size: true, internalDate: true }, { uid: true })) || {};
    const at = internalDate ? new Date(internalDate).getTime() : Date.now();
    const isTaken = await hearOne(listening, client, { uid, size, at, key: `${place.validity}:${uid}` });
    if (ctx.signal.aborted) return;
    place = { ...place, uid, at };
    await ctx.state.set('place', place);
    if (isTaken) await client.messageFlagsAdd(String(uid), ['\\Seen'], { uid: true });
  }
};

/** The first time, where things stand: what came before is not for us. Where the server has counted anew, by when the last one came. */
const placeOf = async ({ state }: ChannelContext, { mailbox }: ImapFlow): Promise<Place> => {
  if (!mailbox) throw new Error('No folder is open.');
  const validity = String(mailbox.uidValidity);
  const known = ((await state.get('place')) ?? null) as Place | null;
  if (known?.validity === validity) return known;
  const place = known ? { validity, uid: 0, at: known.at } : { validity, uid: mailbox.uidNext - 1, at: Date.now() };
  await state.set('place', place);
  return place;
};

type Found = { readonly uid: number; readonly size: number; readonly at: number; readonly key: string };

/** @returns whether the gateway has it */
const hearOne = async ({ ctx, mailbox, threads }: Listening, client: ImapFlow, { uid, size, at, key }: Found): Promise<boolean> => {
  const isLarge = size > mostBytes;
  const source = isLarge ? { start: 0, maxLength: beginningBytes } : true;
  const fetched = await client.fetchOne(String(uid), { source }, { uid: true });
  // Removed by somebody meanwhile.
  if (!fetched || fetched.source === undefined) return false;
  const mail = await PostalMime.parse(fetched.source).catch((error: unknown) => {
    ctx.log.warn('A mail could not be read.', { uid, error: String(error) });
    return null;
  });
  const heard = mail && readMail(mail, key, mailbox);
  if (!heard) return false;
  if ('skipped' in heard) {
    ctx.log.debug('A mail is left unanswered.', { uid, because: heard.skipped });
    return false;
  }
  const { message, thread, files } = heard;
  const { attachments, missing } = isLarge ? { attachments: [], missing: ['the files of a mail this large'] } : await keep(ctx, files);
  const content = [message.content, ...missing.map((name) => `[${name}: too large]`)].filter(Boolean).join('\n');
  await threads.remember(message.from.id, message.threadId ?? message.id, thread);
  await handOver(ctx, { ...message, content, timestamp: at, ...(attachments.length > 0 ? { attachments } : {}) });
  return !ctx.signal.aborted;
};

const keep = async (ctx: ChannelContext, files: readonly MailFile[]) => {
  const attachments: Attachment[] = [];
  const missing: string[] = [];
  for (const file of files) {
    // There is nothing in it to be kept.
    if (file.data.byteLength === 0) continue;
    if (file.data.byteLength > mostFileBytes) missing.push(file.name);
    else attachments.push(await ctx.blobs.write(file));
  }
  return { attachments, missing };
};
