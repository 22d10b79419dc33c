import {
  type Attachment,
  type ChannelContext,
  ChannelError,
  type ChannelPlugin,
  type Message,
  type SendReceipt,
} from '@openclaw/plugin-sdk';
import { createInParts, handOver, keepConnected, withFiles } from '@openclaw/plugin-sdk/kit';
import { zipSync } from 'fflate';
import { type Api, createApi } from './api.ts';
import { type Content, contentOf, fileTypeOf } from './content.ts';
import { type BotMessage, type Heard, readMessage } from './read-message.ts';
import { connectStream } from './stream.ts';

type Config = { readonly clientId?: string; readonly robotCode?: string; readonly apiRoot?: string };
type Started = { readonly ctx: ChannelContext<Config>; readonly api: Api; readonly robotCode: string };
type Sent = {
  readonly processQueryKey?: string;
  readonly invalidStaffIdList?: readonly string[];
  readonly flowControlledStaffIdList?: readonly string[];
};

const messages = '/v1.0/im/bot/messages/get';

/** A robot of DingTalk, by Stream mode: nothing has to reach this computer. */
export default class DingTalkChannel implements ChannelPlugin<Config> {
  readonly capabilities = { maxLength: 3_000, markdown: true, attachments: true };
  #started: Started | null = null;
  #listening: Promise<void> = Promise.resolve();
  readonly #inParts = createInParts<Sent>();

  async start(ctx: ChannelContext<Config>): Promise<void> {
    const { clientId = '', robotCode = clientId, apiRoot: root = 'https://api.dingtalk.com' } = ctx.config;
    const clientSecret = (await ctx.secrets.get('clientSecret'))?.trim() ?? '';
    if (clientId === '' || clientSecret === '')
      return ctx.setStatus('needs-auth', 'Fill in Client ID and Client Secret, from the credentials of your app in the developer console.');
    const started = { ctx, robotCode, api: createApi({ fetch: ctx.fetch, clientId, clientSecret, root }) };
    this.#started = started;
    ctx.setStatus('connecting');
    this.#listening = listen(started);
  }

  async stop(): Promise<void> {
    await this.#listening;
    this.#started = null;
  }

  async health(): Promise<void> {
    await this.#running().api.signIn();
  }

  async sendMessage(to: string, message: Message): Promise<SendReceipt> {
    const { content, attachments = [], idempotencyKey } = message;
    const parts = [
      ...(content === '' && attachments.length > 0 ? [] : [() => this.#send(to, contentOf(message))]),
      ...attachments.map((file) => async () => this.#send(to, await this.#upload(file))),
    ];
    const [sent] = await this.#inParts(idempotencyKey, parts);
    return sent?.processQueryKey ? { id: sent.processQueryKey } : {};
  }

  #running(): Started {
    if (!this.#started) throw new ChannelError('AUTH', 'The channel has no Client ID and Client Secret yet.');
    return this.#started;
  }

  /** The id of a group begins with `cid`; else it is a person's. */
  async #send(to: string, content: Content): Promise<Sent> {
    const { api, robotCode } = this.#running();
    const body = { robotCode, ...content };
    if (to.startsWith('cid')) return api.call('/v1.0/robot/groupMessages/send', { ...body, openConversationId: to });
    const sent = await api.call<Sent>('/v1.0/robot/oToMessages/batchSend', { ...body, userIds: [to] });
    if (sent.invalidStaffIdList?.includes(to)) throw new ChannelError('PEER', `DingTalk knows no person ${to} in your company.`);
    if (sent.flowControlledStaffIdList?.includes(to))
      throw new ChannelError('RATE_LIMIT', 'DingTalk: too many messages to one person.', { retryAfterMs: 60_000 });
    return sent;
  }

  async #upload({ blob, name, type }: Attachment): Promise<Content> {
    const { api, ctx } = this.#running();
    const data = new Uint8Array(await ctx.blobs.read(blob));
    if (/^image\/(png|jpeg|gif|bmp)$/.test(type)) {
      const photoURL = await api.upload('image', name, new Blob([data], { type }));
      return { msgKey: 'sampleImageMsg', msgParam: JSON.stringify({ photoURL }) };
    }
    const taken = fileTypeOf(name);
    const file = taken ? { name, data } : { name: `${name}.zip`, data: new Uint8Array(zipSync({ [name]: data })) };
    const mediaId = await api.upload('file', file.name, new Blob([file.data]));
    return { msgKey: 'sampleFile', msgParam: JSON.stringify({ mediaId, fileName: file.name, fileType: taken ?? 'zip' }) };
  }
}

const listen = ({ ctx, api, robotCode }: Started): Promise<void> => {
  const hear = createHearing(ctx, api, robotCode);
  return keepConnected({
    signal: ctx.signal,
    connect: async (well) => {
      const { endpoint, ticket } = await api.open([{ type: 'CALLBACK', topic: messages }]);
      const online = (): void => {
        well();
        ctx.setStatus('online');
      };
      await connectStream(`${endpoint}?ticket=${encodeURIComponent(ticket)}`, ctx.signal, online, messages, async (data) =>
        hear(JSON.parse(data) as BotMessage),
      );
    },
    lost: (error) => {
      const { code, message } = error as ChannelError;
      ctx.setStatus(code === 'AUTH' ? 'needs-auth' : 'connecting', message);
      return code === 'AUTH' ? 'stop' : undefined;
    },
  });
};

/**
 * DingTalk's SDK says that a message without an answer is told again after a minute, its protocol says that messages to robots are not. So
 * each is handed over until the gateway has it, and one that is told again meanwhile waits for the same.
 */
const createHearing = (ctx: ChannelContext, api: Api, robotCode: string): ((said: BotMessage) => Promise<void>) => {
  const underway = new Map<string, Promise<void>>();
  const hear = async ({ message, files }: Heard): Promise<void> => {
    const fetched = files.map(({ code, name, type }) => ({ name, type, fetch: () => download(api, robotCode, code) }));
    await handOver(ctx, await withFiles(ctx, message, fetched, { again: false }));
  };
  return async (said) => {
    const heard = readMessage(said);
    if (!heard) return;
    const { id } = heard.message;
    const hearing = underway.get(id) ?? hear(heard).finally(() => underway.delete(id));
    underway.set(id, hearing);
    await hearing;
  };
};

const download = async (api: Api, robotCode: string, downloadCode: string): Promise<Uint8Array> => {
  const { downloadUrl } = await api.call<{ readonly downloadUrl: string }>('/v1.0/robot/messageFiles/download', {
    downloadCode,
    robotCode,
  });
  return api.download(downloadUrl);
};
