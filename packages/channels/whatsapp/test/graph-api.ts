import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { HookResponse } from '@openclaw/plugin-sdk';
import type { FakeHost, FakePlatform, Refusal } from '@openclaw/plugin-sdk/testing';

export const phoneNumberId = '106540352242922';
export const secrets = {
  accessToken: 'EAAGtest-access-token-of-the-fake',
  appSecret: '0123456789abcdef0123456789abcdef',
  verifyToken: 'my-verify-token',
};
const ann = '16505551234';

type Sent = {
  to: string;
  type?: string;
  text?: { body: string };
  status?: string;
  document?: { id: string; filename: string };
  image?: { id: string };
  interactive?: { body: { text: string }; action: { buttons: { reply: { id: string; title: string } }[] } };
};

/** Meta, as its documentation shows it: the Graph API of one number, and calls to the hook, signed, again and again until 200. */
export const startGraphApi = async (host: FakeHost) => {
  const sent: Sent[] = [];
  const files = new Map<string, { readonly data: Buffer; readonly type: string; readonly name: string }>();
  let refusal: Refusal = null;
  const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = new Request(`${base()}${request.url}`, {
      method: request.method ?? 'GET',
      headers: Object.entries(request.headers).map(([name, value]) => [name, String(value)] as [string, string]),
      ...(request.method === 'POST' ? { body: Readable.toWeb(request) as ReadableStream, duplex: 'half' } : {}),
    } as RequestInit);
    const say = (status: number, said: object, headers = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(said));
    };
    const fail = (status: number, code: number, message: string, headers = {}): void =>
      say(status, { error: { message, type: 'OAuthException', code, fbtrace_id: 'AYp8' } }, headers);
    if (refusal?.because === 'down') return fail(500, 2, 'Service temporarily unavailable');
    if (refusal?.because === 'rate-limit')
      return fail(429, 130429, 'Rate limit hit', { 'retry-after': String(refusal.retryAfterMs / 1000) });
    if (refusal?.because === 'auth' || asked.headers.get('authorization') !== `Bearer ${secrets.accessToken}`)
      return fail(401, 190, 'Error validating access token: Session has expired');

    const { pathname } = new URL(asked.url);
    if (pathname === `/v23.0/${phoneNumberId}/messages`) {
      const message = (await asked.json()) as Sent;
      if (message.to === '10000000000') return fail(400, 131047, 'Re-engagement message');
      if ((message.text?.body.length ?? 0) > 4_096) return fail(400, 100, 'Param text[body] must be at most 4096 characters long.');
      if (message.status === 'read') return say(200, { success: true });
      sent.push(message);
      return say(200, {
        messaging_product: 'whatsapp',
        contacts: [{ input: message.to, wa_id: message.to }],
        messages: [{ id: `wamid.out${sent.length}` }],
      });
    }
    if (pathname === `/v23.0/${phoneNumberId}/media`) {
      const file = (await asked.formData()).get('file') as File;
      files.set(`media${files.size + 1}`, { data: Buffer.from(await file.arrayBuffer()), type: file.type, name: file.name });
      return say(200, { id: `media${files.size}` });
    }
    if (pathname === `/v23.0/${phoneNumberId}`) return say(200, { verified_name: 'Claw', id: phoneNumberId });
    const file = files.get(pathname.split('/').at(-1) ?? '');
    if (!file) return fail(400, 100, 'Unsupported get request.');
    if (pathname.startsWith('/v23.0/'))
      return say(200, { url: `${base()}/bytes/${pathname.split('/').at(-1)}`, mime_type: file.type, file_size: file.data.length });
    response.writeHead(200, { 'content-type': file.type }).end(file.data);
  };
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const post = (value: object, secret = secrets.appSecret): Promise<HookResponse> => {
    const body = new TextEncoder().encode(
      JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '102290129340398', changes: [{ value, field: 'messages' }] }] }),
    );
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    return host.request({ headers: { 'x-hub-signature-256': `sha256=${signature}` }, body });
  };
  const tell = async (message: object): Promise<void> => {
    const value = {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: '15550783881', phone_number_id: phoneNumberId },
      contacts: [{ profile: { name: 'Ann' }, wa_id: ann }],
      messages: [{ from: ann, timestamp: '1749416383', ...message }],
    };
    while ((await post(value)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  const platform: FakePlatform = {
    config: { phoneNumberId, url: base() },
    secrets,
    to: ann,
    sent: () =>
      sent.map(({ to, text, interactive, document }) => ({
        ...{ to, text: text?.body ?? interactive?.body.text ?? '', files: document ? [document.filename] : [] },
        fileBytes: document ? [files.get(document.id)?.data ?? Buffer.alloc(0)] : [],
        ...{ buttons: interactive?.action.buttons.map(({ reply }) => reply.title) },
      })),
    refuse: (next) => {
      refusal = next;
    },
    say: async ({ id, text, file }) => {
      if (!file) return tell({ id: `wamid.${id}`, type: 'text', text: { body: text } });
      files.set(`in${id}`, { data: Buffer.from(file.data), type: file.type, name: file.name });
      await tell({
        id: `wamid.${id}`,
        type: 'document',
        document: { id: `in${id}`, filename: file.name, mime_type: file.type, caption: text },
      });
    },
    press: async (label) => {
      const reply = sent.at(-1)?.interactive?.action.buttons.find((button) => button.reply.title === label)?.reply;
      await tell({ id: 'wamid.press', type: 'interactive', interactive: { type: 'button_reply', button_reply: reply } });
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return { platform, post, sent };
};
