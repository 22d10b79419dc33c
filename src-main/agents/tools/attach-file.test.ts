import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Attachment } from '../../../src-shared/contract/events.ts';
import { openEventStream } from '../../testing/http-client.ts';
import { createTestHome, putFile, startTestGateway, type TestGateway, type TestGatewayOptions } from '../../testing/test-gateway.ts';
import { type ChatRequest, gated, type Reply, scriptModel } from '../../testing/upstream.ts';

const attach = (...files: { readonly path: string; readonly name?: string }[]): Reply => ({
  kind: 'tools',
  calls: files.map((file, at) => ({ id: `call_${at}`, name: 'attach_file', arguments: file })),
});
const toldOf = (request: ChatRequest): string[] =>
  request.messages
    .slice(request.messages.findLastIndex(({ role }) => role === 'user'))
    .filter(({ role }) => role === 'tool')
    .map(({ content }) => String(content));

/** A model that calls this, and then says what it was told. */
const start = async (calls: Reply, options: TestGatewayOptions = {}): Promise<TestGateway> => {
  const upstream = await scriptModel((request) => {
    const told = toldOf(request);
    return told.length === 0 ? calls : { kind: 'text', chunks: [told.join('\n')] };
  });
  return startTestGateway({ upstream, ...options });
};
const fetchFile = async (t: TestGateway, { id }: Pick<Attachment, 'id'>, token = t.admin) => {
  const response = await fetch(`${t.base}/api/v1/uploads/${id}`, { headers: { authorization: `Bearer ${token}` } });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
};

describe('attach_file', () => {
  it('sends a file along with the reply, by every way in which the reply is read', async () => {
    const t = await start(attach({ path: 'Bericht 报告.pdf' }));
    const bytes = Buffer.from([0x25, 0x50, 0x44, 0x46, 0, 1, 2, 0xff]);
    const path = putFile(t.home, 'main', 'Bericht 报告.pdf', '');
    writeFileSync(path, bytes);
    const { json } = await t.post({ content: 'send it', sessionId: 's' });
    const files = [{ id: expect.stringMatching(/^upl_/), name: 'Bericht 报告.pdf', type: 'application/pdf', size: 8 }];
    expect(json).toMatchObject({ status: 'completed', attachments: files });
    expect(json.finalReply).toBe('Bericht 报告.pdf (application/pdf, 8 bytes) goes with your reply.');
    expect((await t.call('GET', `/api/v1/messages/${json.messageId}`, { token: t.admin })).json.attachments).toEqual(json.attachments);
    const { items } = (await t.call('GET', '/api/v1/sessions/s/messages', { token: t.admin })).json;
    expect(items.at(-1).event).toMatchObject({ type: 'response', attachments: json.attachments });

    // What becomes of the file later changes nothing.
    putFile(t.home, 'main', 'Bericht 报告.pdf', 'other');
    const { status, headers, bytes: got } = await fetchFile(t, json.attachments[0]);
    expect([status, got]).toEqual([200, bytes]);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="Bericht ??.pdf"; filename*=UTF-8''Bericht%20%E6%8A%A5%E5%91%8A.pdf`,
    );

    const socket = await t.ws();
    socket.send({ type: 'message', content: 'again', id: 'a' });
    expect(await socket.waitFor(({ type }) => type === 'response')).toMatchObject({ attachments: [{ name: 'Bericht 报告.pdf' }] });
    socket.send({ type: 'resume', sessionId: json.sessionId, afterSeq: 0 });
    expect(
      await socket.waitFor((frame) => 'messageId' in frame && frame.type === 'response' && frame.messageId === json.messageId),
    ).toMatchObject({
      attachments: json.attachments,
    });
    const stream = await openEventStream(t.base, 'POST', '/api/v1/messages', { token: t.admin, json: { content: 'again', stream: true } });
    expect(await stream.waitFor(({ type }) => type === 'response')).toMatchObject({ attachments: [{ type: 'application/pdf' }] });
    const exported = await t.call('GET', '/api/v1/sessions/s/export?format=markdown', { token: t.admin });
    expect(exported.text).toContain('goes with your reply.\n\n- Bericht 报告.pdf (8 bytes)\n');
  });

  it('takes no file from outside the workspace, no folder, pipe or empty file, and none that is too large', async () => {
    const paths = ['../secret', '/etc/hostname', 'link-out', 'folder-out/secret', 'folder', 'pipe', 'empty', 'huge', 'gone'];
    const t = await start(attach(...paths.map((path) => ({ path }))));
    const workspace = t.home.workspace('main');
    writeFileSync(join(t.home.folder, 'secret'), 'secret');
    symlinkSync(join(t.home.folder, 'secret'), join(workspace, 'link-out'));
    symlinkSync(t.home.folder, join(workspace, 'folder-out'));
    mkdirSync(join(workspace, 'folder'));
    execFileSync('mkfifo', [join(workspace, 'pipe')]);
    putFile(t.home, 'main', 'empty', '');
    putFile(t.home, 'main', 'huge', 'x');
    truncateSync(join(workspace, 'huge'), 25 * 1024 * 1024 + 1);
    const { json } = await t.post({ content: 'go' });
    expect(json.toolCalls.map(({ result }: { result: string }) => result)).toEqual([
      ...paths.slice(0, 4).map((path) => `"${path}" leads outside the workspace.`),
      '"folder" is a folder; use list_dir.',
      '"pipe" is not a regular file.',
      '"empty" is empty.',
      '"huge" has 26214401 bytes; a file of a reply has 26214400 at most.',
      'There is no "gone" in the workspace.',
    ]);
    expect(json).not.toHaveProperty('attachments');
    expect(existsSync(join(t.home.folder, 'data', 'uploads'))).toBe(false);
  });

  it('takes ten files, under names that are one part of a path', async () => {
    const t = await start(attach(...Array.from({ length: 11 }, (_, at) => ({ path: 'a.html', name: `../${at}\n.html` }))));
    putFile(t.home, 'main', 'a.html', '<script>alert(1)</script>');
    const { json } = await t.post({ content: 'go' });
    expect(json.attachments).toHaveLength(10);
    expect(json.attachments[3]).toMatchObject({ name: '.._3_.html', type: 'text/html' });
    expect(json.toolCalls[10]).toMatchObject({ status: 'failed', result: 'A reply has 10 files at most, and this one has them.' });
    const { headers } = await fetchFile(t, json.attachments[3]);
    expect([headers.get('content-type'), headers.get('content-disposition')?.split(';')[0]]).toEqual([
      'application/octet-stream',
      'attachment',
    ]);
  });

  it('makes a reply of a file alone', async () => {
    const upstream = await scriptModel((request) =>
      toldOf(request).length === 0 ? attach({ path: 'a.txt' }) : { kind: 'text', chunks: [] },
    );
    const t = await startTestGateway({ upstream });
    putFile(t.home, 'main', 'a.txt', 'a');
    expect((await t.post({ content: 'go' })).json).toMatchObject({ status: 'completed', finalReply: '', attachments: [{ name: 'a.txt' }] });
  });

  it('begins anew with its turn after a crash: the reply has each file once', async () => {
    const home = createTestHome();
    putFile(home, 'main', 'a.txt', 'a');
    const wait = gated(['never said']);
    const upstream = await scriptModel((request, count) => {
      if (toldOf(request).length === 0) return attach({ path: 'a.txt' });
      return count < 3 ? wait.reply : { kind: 'text', chunks: ['done'] };
    });
    const first = await startTestGateway({ home, upstream });
    const { json } = await first.post({ content: 'go', wait: false });
    await expect.poll(() => upstream.requests.length).toBe(2);
    await first.stop();
    const t = await startTestGateway({ home, upstream });
    const end = async () => (await t.call('GET', `/api/v1/messages/${json.messageId}`, { token: t.admin })).json;
    await expect.poll(async () => (await end()).status).toBe('completed');
    const { finalReply, attachments } = await end();
    expect({ finalReply, attachments }).toMatchObject({ finalReply: 'done', attachments: [{ name: 'a.txt' }] });
    expect(attachments).toHaveLength(1);
    expect((await fetchFile(t, attachments[0])).bytes.toString()).toBe('a');
  });

  it('is for whoever may read the session', async () => {
    const t = await start(attach({ path: 'a.txt' }));
    putFile(t.home, 'main', 'a.txt', 'a');
    const [mine, theirs] = [await t.token('messages', 'sessions'), await t.token('messages', 'sessions')];
    const first = (await t.post({ content: 'go' }, { token: mine })).json;
    // An admin speaks in it: the turn is the admin's, the session is not.
    const second = (
      await t.post({ content: 'go', sessionId: (await t.call('GET', '/api/v1/sessions', { token: t.admin })).json.sessions[0].id })
    ).json;
    for (const { attachments } of [first, second]) {
      expect((await fetchFile(t, attachments[0], mine)).status).toBe(200);
      expect((await fetchFile(t, attachments[0], t.admin)).status).toBe(200);
      expect((await fetchFile(t, attachments[0], theirs)).status).toBe(404);
    }
  });

  it('says so where the client takes text only', async () => {
    const t = await start(attach({ path: 'a.txt' }));
    putFile(t.home, 'main', 'a.txt', 'a');
    for (const headers of [{}, { 'x-openclaw-session': 'kept' }] as Record<string, string>[]) {
      const { json } = await t.call('POST', '/v1/chat/completions', {
        token: t.admin,
        headers,
        json: { model: 'openclaw', messages: [{ role: 'user', content: 'go' }] },
      });
      expect(json.choices[0].message.content).toContain('No file can go with this reply');
    }
  });

  it('goes with the reply of the agent that asked another one for it', async () => {
    const upstream = await scriptModel((request) => {
      const told = toldOf(request);
      if (told.length > 0) return { kind: 'text', chunks: [told.join('\n')] };
      const isHelper = JSON.stringify(request.messages[0]).includes('I am b.');
      return isHelper
        ? attach({ path: 'b.txt' })
        : { kind: 'tools', calls: [{ id: 'd', name: 'delegate', arguments: { agent: 'b', task: 'x' } }] };
    });
    const t = await startTestGateway({ upstream, config: { agents: { main: {}, b: { system: 'I am b.' } } } });
    putFile(t.home, 'b', 'b.txt', 'b');
    const { json } = await t.post({ content: 'go' });
    expect(json.attachments).toMatchObject([{ name: 'b.txt', size: 1 }]);
    expect(json.finalReply).toContain('[b.txt goes with your reply]');
  });
});
