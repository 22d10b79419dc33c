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

type Body = Readonly<Record<string, string>> & { readonly userIds?: readonly string[] };

/** DingTalk's API and Stream mode, as their documentation has them. */
export const startFakeDingTalk = async () => {
  const sent: SentMessage[] = [];
  const kinds: string[] = [];
  const uploads = new Map<string, string>();
  const files = new Map<string, Uint8Array>();
  const sockets = new Set<WebSocket>();
  const changes = new EventTarget();
  let refusal: Refusal = null;
  let serial = 0;

  const respond = async (path: string, body: Buffer, headers: IncomingMessage['headers']): Promise<object> => {
    if (path === '/media/upload') {
      const form = await new Response(new Uint8Array(body), { headers: { 'content-type': headers['content-type'] ?? '' } }).formData();
      const file = form.get('media') as File;
      // As people know it: what stands in the .zip.
      const [inside] = file.name.endsWith('.zip') ? Object.keys(unzipSync(new Uint8Array(await file.arrayBuffer()))) : [];
      uploads.set(`@media${uploads.size}`, inside ?? file.name);
      return { errcode: 0, errmsg: 'ok', media_id: `@media${uploads.size - 1}` };
    }
    const given = JSON.parse(body.toString()) as Body;
    const known = (id: unknown, secret: unknown): void => {
      if (refusal?.because === 'auth' || id !== clientId || secret !== clientSecret) throw new Refused(400, 'invalidClientIdOrSecret');
    };
    if (path === '/v1.0/oauth2/accessToken') {
      known(given.appKey, given.appSecret);
      return { accessToken: 'token-1', expireIn: 7200 };
    }
    if (path === '/v1.0/gateway/connections/open') {
      known(given.clientId, given.clientSecret);
      return { endpoint: `ws://127.0.0.1:${port}/connect`, ticket: 'ticket-1' };
    }
    if (refusal?.because === 'auth' || headers['x-acs-dingtalk-access-token'] !== 'token-1')
      throw new Refused(401, 'InvalidAuthentication');
    if (path === '/v1.0/robot/messageFiles/download' && given.downloadCode === 'gone') throw new Refused(400, 'unknownDownloadCode');
    if (path === '/v1.0/robot/messageFiles/download') return { downloadUrl: `http://127.0.0.1:${port}/files/${given.downloadCode}` };
    if (refusal?.because === 'rate-limit') throw new Refused(403, 'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi');
    if (path !== '/v1.0/robot/oToMessages/batchSend' && path !== '/v1.0/robot/groupMessages/send')
      throw new Refused(404, 'InvalidAction.NotFound');
    const [user] = given.userIds ?? [];
    if (user === 'nobody') return { processQueryKey: 'x', invalidStaffIdList: ['nobody'] };
    const param = JSON.parse(given.msgParam ?? '{}') as Readonly<Record<string, string>>;
    kinds.push([given.msgKey, param.fileType].filter(Boolean).join(' '));
    sent.push({
      to: user ?? given.openConversationId ?? '',
      text: param.content ?? param.text ?? '',
      files: [param.mediaId ?? param.photoURL ?? ''].filter(Boolean).map((id) => uploads.get(id) ?? ''),
    });
    return { processQueryKey: `query-${sent.length}`, invalidStaffIdList: [], flowControlledStaffIdList: [] };
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const { pathname } = new URL(request.url ?? '/', 'http://dingtalk');
    const reply = (status: number, value: object): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    const file = files.get(pathname);
    if (file) return void response.end(file);
    if (refusal?.because === 'down') return reply(503, { code: 'ServiceUnavailable', message: 'down' });
    try {
      reply(200, await respond(pathname, body, request.headers));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      reply(error.status, { code: error.message, message: error.message, requestid: '1' });
    }
  };

  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  new WebSocketServer({ server }).on('connection', (socket, request) => {
    if (!request.url?.includes('ticket=ticket-1')) return socket.close();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('message', (raw: Buffer) => {
      const { code, headers, data } = JSON.parse(raw.toString()) as { code: number; headers: { messageId: string }; data: string };
      if (code === 200) changes.dispatchEvent(Object.assign(new Event(headers.messageId), { data }));
    });
    changes.dispatchEvent(new Event('connected'));
  });

  /** Told again until it is answered with 200, as DingTalk does, only sooner. @returns what it was answered with */
  const deliver = async (type: string, topic: string, data: object): Promise<string> => {
    for (;;) {
      if (sockets.size === 0) await once(changes as never, 'connected');
      const messageId = `message-${++serial}`;
      const answered = once(changes as never, messageId);
      const frame = {
        specVersion: '1.0',
        type,
        headers: { topic, messageId, contentType: 'application/json', time: '1690000000000' },
        data: JSON.stringify(data),
      };
      for (const socket of sockets) socket.send(JSON.stringify(frame));
      const [event] = (await Promise.race([answered, new Promise<null>((resolve) => setTimeout(() => resolve(null), 200).unref())])) ?? [];
      if (event) return (event as { data: string }).data;
    }
  };

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
        },
        ...{ ...sender, ...what },
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
  return { platform, deliver, sockets, kinds };
};

class Refused extends Error {
  readonly status: number;
  constructor(status: number, code: string) {
    super(code);
    this.status = status;
  }
}
