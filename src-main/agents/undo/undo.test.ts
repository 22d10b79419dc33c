import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ServerFrame } from '../../../src-shared/contract/ws.ts';
import { createTestHome, startTestGateway, type TestGateway, type TestHome } from '../../testing/test-gateway.ts';
import { scriptModel } from '../../testing/upstream.ts';

type Call = readonly [name: 'file_write' | 'file_edit', args: Readonly<Record<string, unknown>>];
const old = Buffer.from([0, 1, 2, 0xff]);

/** A message whose agent has made these calls, each of them allowed. */
const wrote = async (
  calls: readonly Call[],
): Promise<{ t: TestGateway; home: TestHome; messageId: string; at: (name: string) => string }> => {
  const upstream = await scriptModel(({ messages }) => {
    const done = messages.filter(({ role }) => role === 'tool').length;
    const [name, args] = calls[done] ?? [];
    return name === undefined ? { kind: 'text', chunks: ['done'] } : { kind: 'tools', calls: [{ id: `c${done}`, name, arguments: args }] };
  });
  const home = createTestHome();
  const at = (name: string): string => join(home.workspace('main'), name);
  mkdirSync(at('src'));
  writeFileSync(at('src/old.bin'), old);
  writeFileSync(at('notes.txt'), 'one\ntwo\n');
  const t = await startTestGateway({ home, upstream });
  const ws = await t.ws();
  ws.send({ type: 'subscribe', topics: ['approvals'] });
  ws.send({ type: 'message', content: 'write' });
  for (const index of calls.keys()) {
    const { tool, approval } = await ws.waitFor<Extract<ServerFrame, { type: 'tool_call' }>>(
      (frame) => frame.type === 'tool_call' && frame.tool.id === `c${index}` && frame.tool.status === 'awaiting_approval',
    );
    expect(tool.name).toBe(calls[index]?.[0]);
    ws.send({ type: 'approve', approvalId: approval?.id });
  }
  const { messageId } = await ws.waitFor<Extract<ServerFrame, { type: 'response' }>>(({ type }) => type === 'response');
  return { t, home, messageId, at };
};
const undo = (t: TestGateway, messageId: string, token = t.admin) => t.call('POST', `/api/v1/messages/${messageId}/undo-writes`, { token });
const three: readonly Call[] = [
  ['file_write', { path: 'src/old.bin', content: 'text' }],
  ['file_write', { path: 'new/a.txt', content: 'new' }],
  ['file_edit', { path: 'notes.txt', oldText: 'two', newText: '2' }],
];

describe('what a message wrote', () => {
  it('is put back, byte by byte, new files gone, once', async () => {
    const { t, messageId, at } = await wrote([...three, ['file_edit', { path: 'notes.txt', oldText: '2', newText: '3' }]]);
    expect(readFileSync(at('notes.txt'), 'utf8')).toBe('one\n3\n');
    const { status, json } = await undo(t, messageId);
    expect({ status, files: json.files }).toEqual({
      status: 200,
      files: [
        { path: at('src/old.bin'), how: 'restored' },
        { path: at('new/a.txt'), how: 'removed' },
        { path: at('notes.txt'), how: 'restored' },
      ],
    });
    expect(readFileSync(at('src/old.bin'))).toEqual(old);
    expect(existsSync(at('new/a.txt'))).toBe(false);
    expect(readFileSync(at('notes.txt'), 'utf8')).toBe('one\ntwo\n');
    expect((await undo(t, messageId)).json.error.code).toBe('UNDO_OVER');
  });

  it('stays as it is where any of it was changed since', async () => {
    const { t, messageId, at } = await wrote(three);
    writeFileSync(at('notes.txt'), 'mine');
    const { status, json } = await undo(t, messageId);
    expect({ status, code: json.error.code }).toEqual({ status: 409, code: 'UNDO_OVER' });
    expect(json.error.message).toContain('notes.txt was changed since');
    expect(readFileSync(at('new/a.txt'), 'utf8')).toBe('new');
    expect(readFileSync(at('src/old.bin'), 'utf8')).toBe('text');
  });

  it('is not put back through a link that leads elsewhere now', async () => {
    const { t, home, messageId, at } = await wrote(three);
    renameSync(at('src'), join(home.folder, 'elsewhere'));
    symlinkSync(join(home.folder, 'elsewhere'), at('src'));
    expect((await undo(t, messageId)).json.error.code).toBe('UNDO_OVER');
    expect(readFileSync(join(home.folder, 'elsewhere', 'old.bin'), 'utf8')).toBe('text');
  });

  it("is nobody else's to put back", async () => {
    const { t, messageId } = await wrote(three);
    expect((await undo(t, messageId, await t.token('messages'))).json.error.code).toBe('MESSAGE_UNKNOWN');
    expect((await undo(t, 'msg_nowhere')).json.error.code).toBe('MESSAGE_UNKNOWN');
  });
});
