import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { FakePlatform, Refusal, SentMessage } from '@openclaw/plugin-sdk/testing';
import { unzipSync } from 'fflate';
import { type WebSocket, WebSocketServer } from 'ws';

export const clientId = 'dingz8nq0v7example';
export const clientSecret = 'T5mYcW2bN8hQ4xLr9dVk6pZsJfGuEa3R7tXi1oKyMwBn';
const person = 'manager7675';

type Body = Readonly<Record<string, string>> & {
  readonly userIds?: readonly string[];
  readonly subscriptions?: readonly { readonly type: string; readonly topic: string }[];
  readonly text?: { readonly content: string };
};

type Answer = { readonly code: number; readonly message: string; readonly headers: { readonly messageId: string }; readonly data: string };

/** DingTalk's API and Stream mode, as their documentation has them and DingTalk's own SDK takes them. */
export const startFakeDingTalk = async () => {
  const sent: SentMessage[] = [];
  const kinds: string[] = [];
  const uploads = new Map<string, { readonly name: string; readonly data: Uint8Array }>();
  const files = new Map<string, Uint8Array>();
  /** Each with the topics that it has subscribed to. */
  const tickets = new Map<string, readonly string[]>();
  const sockets = new Map<WebSocket, readonly string[]>();
  const changes = new EventTarget();
  let refusal: Refusal = null;
  let serial = 0;

  const respond = async (path: string, body: Buffer, headers: IncomingMessage['headers']): Promise<object> => {
    if (path === '/media/upload') {
      const form = await new Response(new Uint8Array(body), { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();
      const file = form.get('media') as File;
      // As people know it: what stands in the .zip.
      const bytes = new Uint8Array(await file.arrayBuffer());
      const [[name, data]] = file.name.endsWith('.zip')
        ? (Object.entries(unzipSync(bytes)) as [[string, Uint8Array]])
        : [[file.name, bytes]];
      uploads.set(`@media${uploads.size}`, { name, data });
      return { errcode: 0, errmsg: 'ok', media_id: `@media${uploads.size - 1}` };
    }
    const given = JSON.parse(body.toString()) as Body;
    const known = (id: unknown, secret: unknown): boolean => refusal?.because !== 'auth' && id === clientId && secret === clientSecret;
    if (path === '/v1.0/oauth2/accessToken') {
      if (!known(given.appKey, given.appSecret)) throw new Refused(400, 'invalidClientIdOrSecret');
      return { accessToken: 'token-1', expireIn: 7200 };
    }
    if (path === '/v1.0/gateway/connections/open') {
      if (!known(given.clientId, given.clientSecret)) throw new Refused(401, 'authFailed');
      const ticket = randomUUID();
      tickets.set(
        ticket,
        (given.subscriptions ?? []).map(({ type, topic }) => `${type} ${topic}`),
      );
      return { endpoint: `ws://127.0.0.1:${port}/connect`, ticket };
    }
    if (path === '/robot/sendBySession') {
      const text = given.text?.content ?? '';
      sent.push({ to: person, text });
      return { errcode: 0, errmsg: 'ok' };
    }
    if (refusal?.because === 'auth' || headers['x-acs-dingtalk-access-token'] !== 'token-1')
      throw new Refused(400, 'InvalidAuthentication');
    if (given.robotCode !== clientId) throw new Refused(400, 'invalidParameter.robotCode.auth');
    if (path === '/v1.0/robot/messageFiles/download' && given.downloadCode === 'gone')
      throw new Refused(400, 'invalidParameter.robotCode.downloadCode');
    if (path === '/v1.0/robot/messageFiles/download') return { downloadUrl: `http://127.0.0.1:${port}/files/${given.downloadCode}` };
    if (refusal?.because === 'rate-limit') throw new Refused(403, 'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi');
    if (path !== '/v1.0/robot/oToMessages/batchSend' && path !== '/v1.0/robot/groupMessages/send')
      throw new Refused(404, 'InvalidAction.NotFound');
    const [user] = given.userIds ?? [];
    if (user === 'nobody') return { processQueryKey: 'x', invalidStaffIdList: ['nobody'] };
    const param = JSON.parse(given.msgParam ?? '{}') as Readonly<Record<string, string>>;
    kinds.push([given.msgKey, param.fileType].filter(Boolean).join(' '));
    const file = [uploads.get(param.mediaId ?? param.photoURL ?? '')].filter((one) => one !== undefined);
    sent.push({
      to: user ?? given.openConversationId ?? '',
      text: param.content ?? param.text ?? '',
      files: file.map(({ name }) => name),
      fileBytes: file.map(({ data }) => data),
    });
    return { processQueryKey: `query-${sent.length}`, invalidStaffIdList: [], flowControlledStaffIdList: [] };
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const { pathname, searchParams: asked } = new URL(request.url ?? '/', 'http://dingtalk');
    const reply = (status: number, value: object): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    const file = files.get(pathname) ?? (pathname.startsWith('/files/mIofN681YE3f-') ? Buffer.from('a file') : undefined);
    if (file) return void response.end(file);
    if (pathname === '/gettoken')
      return asked.get('appkey') === clientId && asked.get('appsecret') === clientSecret
        ? reply(200, { errcode: 0, errmsg: 'ok', access_token: 'token-1', expires_in: 7200 })
        : reply(200, { errcode: 40089, errmsg: 'invalid appkey or appsecret' });
    if (refusal?.because === 'down') return reply(503, { code: 'ServiceUnavailable', message: 'down' });
    try {
      reply(200, await respond(pathname, body, request.headers));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      reply(error.status, { code: error.message, message: error.message, requestid: '1' });
    }
  };

  const server = createServer((request, response) => void serve(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const ticketOf = ({ url = '' }: IncomingMessage): string => new URL(url, 'http://dingtalk').searchParams.get('ticket') ?? '';
  const verifyClient = ({ req }: { req: IncomingMessage }): boolean => tickets.has(ticketOf(req));
  new WebSocketServer({ server, verifyClient }).on('connection', (socket, request) => {
    sockets.set(socket, tickets.get(ticketOf(request)) ?? []);
    // One connection each.
    tickets.delete(ticketOf(request));
    socket.on('close', () => sockets.delete(socket));
    socket.on('message', (raw: Buffer) => {
      const answered = JSON.parse(raw.toString()) as Answer;
      if (answered.headers.messageId) changes.dispatchEvent(Object.assign(new Event(answered.headers.messageId), { answered }));
    });
    changes.dispatchEvent(new Event('connected'));
  });

  /** To whoever has subscribed to it. @returns its id */
  const push = (type: string, topic: string, data: object): string => {
    const messageId = `message-${++serial}`;
    const headers = { topic, messageId, contentType: 'application/json', time: '1690000000000' };
    const frame = JSON.stringify({ specVersion: '1.0', type, headers, data: JSON.stringify(data) });
    for (const [socket, subscribed] of sockets) if (type === 'SYSTEM' || subscribed.includes(`${type} ${topic}`)) socket.send(frame);
    return messageId;
  };

  /** @returns what somebody answers to what was pushed */
  const answer = async (messageId: string): Promise<Answer> =>
    ((await once(changes as never, messageId)) as [{ answered: Answer }])[0].answered;

  /** Told again until it is answered with 200, as DingTalk's SDK says it is, only sooner. @returns what it was answered with */
  const deliver = async (type: string, topic: string, data: object): Promise<string> => {
    for (;;) {
      if (sockets.size === 0) await connected();
      const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), 200).unref());
      const answered = await Promise.race([answer(push(type, topic, data)), late]);
      if (answered?.code === 200) return answered.data;
    }
  };

  const connected = (): Promise<unknown> => once(changes as never, 'connected');

  const platform: FakePlatform = {
    config: { clientId, apiRoot: `http://127.0.0.1:${port}` },
    secrets: { clientSecret },
    to: person,
    sent: () => sent,
    refuse: (next) => {
      refusal = next;
    },
    say: async ({ id, text, from, file }) => {
      if (file) files.set(`/files/code-${id}`, file.data);
      const bot = '$:LWCP_v1:$bot';
      const what = file
        ? { msgtype: 'file', content: { downloadCode: `code-${id}`, fileName: file.name } }
        : { msgtype: 'text', text: { content: text } };
      const sender = from === 'self' ? { senderId: bot } : { senderId: '$:LWCP_v1:$ann', senderStaffId: person };
      await deliver('CALLBACK', '/v1.0/im/bot/messages/get', {
        ...{
          msgId: `msg${id}`,
          conversationId: 'cidSingle',
          conversationType: '1',
          chatbotUserId: bot,
          senderNick: 'Ann',
          createAt: 1_613_630_252_678,
          robotCode: clientId,
          sessionWebhook: `http://127.0.0.1:${port}/robot/sendBySession?session=1`,
          sessionWebhookExpiredTime: 1_613_635_652_738,
        },
        ...{ ...sender, ...what },
      });
    },
    disconnect: () => {
      for (const socket of sockets.keys()) socket.terminate();
      sockets.clear();
    },
    close: async () => {
      for (const socket of sockets.keys()) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return { platform, deliver, push, answer, connected, sockets, kinds };
};

class Refused extends Error {
  readonly status: number;
  constructor(status: number, code: string) {
    super(code);
    this.status = status;
  }
}
