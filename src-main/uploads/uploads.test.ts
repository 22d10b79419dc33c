import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../testing/manual-clock.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { type ChatRequest, scriptModel } from '../testing/upstream.ts';

const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

const start = async (more: Parameters<typeof startTestGateway>[0] = {}, vision?: boolean) => {
  const upstream = await scriptModel(() => ({ kind: 'text', chunks: ['I see.'] }));
  const model = { provider: 'openai-compatible', baseUrl: upstream.url, model: 'scripted', ...(vision === undefined ? {} : { vision }) };
  const t = await startTestGateway({ config: { models: { seer: model } }, ...more });
  const lastUser = (index = -1): unknown =>
    upstream.requests.at(index)?.body.messages.findLast(({ role }: ChatRequest['messages'][number]) => role === 'user')?.content;
  return { t, upstream, lastUser };
};
const upload = async (
  t: TestGateway,
  body: Buffer | string,
  { name = 'a.bin', type = 'application/octet-stream', token = t.admin } = {},
) => {
  const response = await fetch(`${t.base}/api/v1/uploads?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  return { status: response.status, json: (await response.json()) as Record<string, never> & { id: string; error?: { code: string } } };
};
const folder = (t: TestGateway): string => join(t.home.folder, 'data', 'uploads');

describe('uploads', () => {
  it('go to the model as pictures, by their bytes and not by what the client calls them, and stay in the history', async () => {
    const { t, upstream, lastUser } = await start();
    const { status, json } = await upload(t, pixel, { name: 'dot.txt', type: 'text/plain' });
    expect(status).toBe(201);
    expect(json).toMatchObject({ name: 'dot.txt', type: 'image/png', size: pixel.length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const posted = await t.post({ content: 'what is it?', attachments: [json.id], sessionId: 'chat' });
    expect(posted.json.finalReply).toBe('I see.');
    const parts = [
      { type: 'text', text: 'what is it?\n\n[attached picture: dot.txt]' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel.toString('base64')}` } },
    ];
    expect(lastUser()).toEqual(parts);
    await t.post({ content: 'sure?', sessionId: 'chat' });
    expect(upstream.requests[1]?.body.messages.filter(({ role }) => role === 'user').map(({ content }) => content)).toEqual([
      parts,
      'sure?',
    ]);
    expect((await t.call('GET', '/api/v1/sessions/chat/messages', { token: t.admin })).text).toContain(json.id);
  });

  it('are quoted where they are short texts, and files in the workspace otherwise', async () => {
    const { t, lastUser } = await start();
    const text = await upload(t, 'a,b\n1,2 ```', { name: '../x.csv', type: 'text/csv' });
    const zip = await upload(t, Buffer.from([0x50, 0x4b, 0, 0]), { name: 'évil/../z.zip' });
    await t.post({ content: 'read', attachments: [text.json.id, zip.json.id] });
    expect(lastUser()).toContain('Attached file __x.csv:\n````\na,b\n1,2 ```\n````');
    const [copied] = readdirSync(join(t.home.workspace('main'), 'uploads'));
    expect(lastUser()).toContain(`uploads/${copied} in the workspace`);
    expect(copied).toMatch(/^[\w-]{8}-évil_.._z\.zip$/);
    expect(readFileSync(join(t.home.workspace('main'), 'uploads', copied!))).toEqual(Buffer.from([0x50, 0x4b, 0, 0]));
  });

  it('are not written where a link of the agent leads', async () => {
    const { t, lastUser } = await start();
    symlinkSync(t.home.folder, join(t.home.workspace('main'), 'uploads'));
    const before = readdirSync(t.home.folder);
    const { json } = await upload(t, Buffer.from([0, 1]), { name: 'x.bin' });
    await t.post({ content: 'read', attachments: [json.id] });
    expect(lastUser()).toContain('x.bin; it cannot be read');
    expect(readdirSync(t.home.folder).filter((name) => name.endsWith('x.bin'))).toEqual([]);
    expect(before.length).toBeGreaterThan(0);
  });

  it('are told in words to a model that cannot see', async () => {
    const { t, lastUser } = await start({}, false);
    const { json } = await upload(t, pixel, { name: 'dot.png' });
    await t.post({ content: 'look', attachments: [json.id] });
    expect(lastUser()).toBe('look\n\n[attached picture: dot.png]\n\n[You cannot see pictures. Say so where it matters.]');
  });

  it('belong to the token that sent them', async () => {
    const { t } = await start();
    const [mine, theirs] = [await t.token('messages'), await t.token('messages')];
    const { json } = await upload(t, pixel, { token: mine });
    expect((await t.post({ content: 'x', attachments: [json.id] }, { token: theirs })).json.error.code).toBe('UPLOAD_UNKNOWN');
    expect((await t.call('GET', `/api/v1/uploads/${json.id}`, { token: theirs })).status).toBe(404);
    const own = await t.call('GET', `/api/v1/uploads/${json.id}`, { token: mine });
    expect([own.status, own.headers['content-type']]).toEqual([200, 'image/png']);
  });

  it('are refused when too large or empty, and leave nothing behind', async () => {
    const { t } = await start();
    const tooLarge = await upload(t, Buffer.alloc(25 * 1024 * 1024 + 1));
    expect([tooLarge.status, tooLarge.json.error?.code]).toEqual([413, 'BODY_TOO_LARGE']);
    expect((await upload(t, '')).status).toBe(400);
    expect(readdirSync(folder(t)).filter((name) => name !== '')).toEqual([]);
  });

  it('are gone a day later where no message used them, and with the session of the one that did', async () => {
    const clock = createManualClock(Date.now());
    const { t } = await start({ clock });
    const token = (await t.mint({ scopes: ['admin'], expiresIn: '300d' })).secret;
    const unused = await upload(t, pixel);
    const used = await upload(t, pixel);
    const { json } = await t.post({ content: 'x', attachments: [used.json.id] });
    const gone = async (id: string) => (await t.call('GET', `/api/v1/uploads/${id}`, { token })).status === 404;
    const until = async (reached: () => Promise<boolean>) => {
      for (let round = 0; round < 200 && !(await reached()); round += 1) clock.advance(61_000);
      return reached();
    };
    clock.setWall(clock.now() + 24 * 3_600_000);
    expect(await until(() => gone(unused.json.id))).toBe(true);
    expect(await gone(used.json.id)).toBe(false);
    await t.call('DELETE', `/api/v1/sessions/${json.sessionId}`, { token });
    expect(await until(() => gone(used.json.id))).toBe(true);
    expect(readdirSync(folder(t))).toEqual([]);
  });
});
