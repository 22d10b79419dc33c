import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorBodySchema, type Route, routes } from '../../src-shared/contract/rest.ts';
import { putFile, startTestGateway } from '../testing/test-gateway.ts';

/** Ids that look like paths, as they stand in an address. */
const pathLike = ['..%2F..%2Fsecret.txt', '..%2F', '%2Fetc%2Fpasswd', '..%5C..%5Csecret.txt', 'C:%5Csecret.txt', 'a%00', '~%2Fsecret.txt'];
const rows = Object.values(routes) as readonly Route[];
const secret = 'nobody may read this';

describe('an id that looks like a path', () => {
  it('is refused wherever an address has one, and leads to no file', async () => {
    const t = await startTestGateway();
    putFile(t.home, 'main', 'secret.txt', secret);
    const before = readdirSync(t.home.folder, { recursive: true }).sort();
    const odd: string[] = [];
    for (const row of rows.filter(({ params }) => params !== undefined)) {
      for (const id of pathLike) {
        const path = row.path.replace(/\{\w+\}/g, id);
        const { status, json, text } = await t.call(row.method, path, { token: t.admin, ...(row.body ? { json: {} } : {}) });
        const refused = status >= 400 && status < 500 && (errorBodySchema.safeParse(json).success || row.path.startsWith('/v1/'));
        if (!refused || text.includes(secret)) odd.push(`${row.method} ${path}: ${status} ${text}`);
      }
    }
    expect(odd).toEqual([]);
    expect(readdirSync(t.home.folder, { recursive: true }).sort()).toEqual(before);
  });

  it('is refused as the name of a session, of an agent and of an upload, by every way to say it', async () => {
    const t = await startTestGateway();
    const socket = await t.ws();
    for (const id of [...pathLike.map(decodeURIComponent), '.', '..']) {
      for (const more of [{ sessionId: id }, { agentId: id }, { attachments: [id] }]) {
        expect((await t.post({ content: '/help', ...more })).status, JSON.stringify(more)).toBe(400);
        socket.send({ type: 'message', content: '/help', ...more });
        socket.send({ type: 'ping' });
      }
      const headers = { 'X-OpenClaw-Session': encodeURIComponent(id) };
      const json = { model: 'openclaw', messages: [{ role: 'user', content: '/help' }] };
      expect((await t.call('POST', '/v1/chat/completions', { token: t.admin, json, headers })).status, id).toBe(400);
      const batch = {
        token: t.admin,
        body: JSON.stringify({ content: '/help', sessionId: id }),
        headers: { 'Content-Type': 'application/jsonl' },
      };
      expect((await t.call('POST', '/api/v1/batches', batch)).json.error.code, id).toBe('BATCH_INVALID');
    }
    await expect.poll(() => socket.frames.filter(({ type }) => type === 'pong').length).toBe(3 * (pathLike.length + 2));
    expect(new Set(socket.frames.flatMap((frame) => (frame.type === 'error' ? [frame.code] : [])))).toEqual(new Set(['FRAME_INVALID']));
    expect((await t.call('GET', '/api/v1/sessions', { token: t.admin })).json.sessions).toEqual([]);
    expect(existsSync(join(t.home.folder, 'workspace', 'secret.txt'))).toBe(false);
  });
});
