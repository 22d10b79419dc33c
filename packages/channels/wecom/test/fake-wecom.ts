import { createCipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FakePlatform, Refusal, SentMessage } from '@openclaw/plugin-sdk/testing';
import { type WebSocket, WebSocketServer } from 'ws';

export const botId = 'aibK5z8Nq0example';
export const secret = 'Zk3vS7hQmX2nR9dT4wY6bL8cF1gJ5pAe';
const person = 'zhangsan';

type Frame = { readonly cmd?: string; readonly headers: { readonly req_id: string }; readonly body?: Record<string, never> };
type Button = { readonly text: string; readonly key: string };
type Card = {
  readonly card_type: string;
  readonly main_title: { readonly title: string };
  readonly button_list?: readonly Button[];
  readonly card_action?: { readonly type: number; readonly url?: string };
  readonly task_id?: string;
};

/** What WeCom's own plugin checks before it sends a card: skills/wecom-send-template-card of WecomTeam/wecom-openclaw-plugin. */
const isComplete = ({
  card_type: type,
  main_title: title,
  button_list: buttons = [],
  card_action: action,
  task_id: task = '',
}: Card): boolean =>
  /^[\w@-]{1,128}$/.test(task) &&
  title.title !== '' &&
  title.title.length <= 26 &&
  (type === 'text_notice'
    ? action?.type === 1 && /^https:/.test(action.url ?? '')
    : type === 'button_interaction' && buttons.length > 0 && buttons.length <= 6);

const refused = {
  auth: { errcode: 853000, errmsg: 'signature is incorrect, please check if the bot secret is correct' },
  down: { errcode: -1, errmsg: 'system busy' },
  'rate-limit': { errcode: 45009, errmsg: 'api freq out of limit' },
};

/** WeCom's long connection for intelligent bots, as its documentation has it. */
export const startFakeWecom = async () => {
  const sent: (SentMessage & { readonly card?: Card })[] = [];
  const uploads = new Map<string, { readonly name: string; readonly chunks: Buffer[] }>();
  const files = new Map<string, { readonly data: Buffer; readonly name: string }>();
  const sockets = new Set<WebSocket>();
  const changes = new EventTarget();
  const updates: Card[] = [];
  const tasks = new Set<string>();
  let refusal: Refusal = null;
  let serial = 0;

  const respond = (cmd: string, body: Record<string, never>): object => {
    if (cmd === 'aibot_subscribe' && (body.bot_id !== botId || body.secret !== secret)) return refused.auth;
    if (cmd === 'aibot_upload_media_init') {
      uploads.set(`upload-${uploads.size}`, { name: body.filename ?? '', chunks: [] });
      return { body: { upload_id: `upload-${uploads.size - 1}` } };
    }
    if (cmd === 'aibot_upload_media_chunk') uploads.get(body.upload_id ?? '')?.chunks.push(Buffer.from(body.base64_data ?? '', 'base64'));
    if (cmd === 'aibot_upload_media_finish') return { body: { type: 'file', media_id: body.upload_id, created_at: '1' } };
    const { template_card: card } = body as { template_card?: Card };
    if (card && (!isComplete(card) || (cmd === 'aibot_send_msg' && tasks.has(card.task_id ?? ''))))
      return { errcode: 40058, errmsg: 'invalid Request Parameter' };
    if (card && cmd === 'aibot_send_msg') tasks.add(card.task_id ?? '');
    if (card && cmd === 'aibot_respond_update_msg') updates.push(card);
    if (cmd !== 'aibot_send_msg') return {};
    const given = body as unknown as { chatid: string; msgtype: string; markdown?: { content: string } } & Record<
      string,
      { media_id: string }
    >;
    if (Buffer.byteLength(given.markdown?.content ?? '') > 20_480)
      return { errcode: 40058, errmsg: 'markdown.content exceed max length 20480' };
    const media = given[given.msgtype]?.media_id;
    sent.push({
      ...{ to: given.chatid, text: given.markdown?.content ?? '' },
      ...(card ? { card, buttons: card.button_list?.map(({ text }) => text) } : {}),
      ...(media === undefined
        ? {}
        : { files: [uploads.get(media)?.name ?? ''], fileBytes: [Buffer.concat(uploads.get(media)?.chunks ?? [])] }),
    });
    return {};
  };

  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    response
      .writeHead(file ? 200 : 404, { 'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file?.name ?? '')}` })
      .end(file?.data);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  new WebSocketServer({ server }).on('connection', (socket) => {
    socket.on('close', () => sockets.delete(socket));
    socket.on('message', (data: Buffer) => {
      const { cmd = '', headers, body = {} } = JSON.parse(data.toString()) as Frame;
      const answer = refusal ? refused[refusal.because] : { errcode: 0, errmsg: 'ok', ...respond(cmd, body) };
      socket.send(JSON.stringify({ headers, ...answer }));
      if (cmd === 'aibot_subscribe' && answer.errcode === 0) {
        sockets.add(socket);
        changes.dispatchEvent(new Event('connected'));
      }
    });
  });

  const deliver = async (cmd: string, body: object): Promise<void> => {
    if (sockets.size === 0) await once(changes as never, 'connected');
    for (const socket of sockets) socket.send(JSON.stringify({ cmd, headers: { req_id: `callback-${++serial}` }, body }));
  };

  /** @returns where it is to be had, and by which key */
  const keep = (id: string, { name, data }: { readonly name: string; readonly data: Uint8Array }) => {
    const key = randomBytes(32);
    files.set(`/${id}`, { data: encrypt(Buffer.from(data), key), name });
    return { url: `http://127.0.0.1:${port}/${id}`, aeskey: key.toString('base64') };
  };

  const platform: FakePlatform = {
    config: { botId, wsUrl: `ws://127.0.0.1:${port}` },
    secrets: { secret },
    to: person,
    sent: () => sent,
    refuse: (next) => {
      refusal = next;
    },
    say: async ({ id, text, file }) => {
      const what = file ? { msgtype: 'file', file: keep(id, file) } : { msgtype: 'text', text: { content: text } };
      await deliver('aibot_msg_callback', { msgid: id, aibotid: botId, chattype: 'single', from: { userid: person }, ...what });
    },
    press: async (label) => {
      const card = sent.at(-1)?.card;
      const event = { event_key: card?.button_list?.find(({ text }) => text === label)?.key, task_id: card?.task_id };
      await deliver('aibot_event_callback', {
        ...{ msgid: 'press-1', create_time: 1_700_000_000, aibotid: botId, chattype: 'single', from: { userid: person }, msgtype: 'event' },
        event: { eventtype: 'template_card_event', template_card_event: event },
      });
    },
    disconnect: () => {
      for (const socket of sockets) socket.terminate();
      sockets.clear();
    },
    close: async () => {
      for (const socket of sockets) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return { platform, deliver, keep, updates, changes };
};

/** AES-256-CBC, the key's first bytes as the vector, filled up to 32 bytes. */
const encrypt = (data: Buffer, key: Buffer): Buffer => {
  const fill = 32 - (data.length % 32);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(Buffer.concat([data, Buffer.alloc(fill, fill)])), cipher.final()]);
};
