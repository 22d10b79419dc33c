import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTestHome } from '../../testing/test-gateway.ts';
import { createFileEdit } from './file-edit.ts';
import { createFileWrite } from './file-write.ts';
import type { ToolContext } from './tool.ts';

const edit = createFileEdit(fs, async () => undefined);
const write = createFileWrite(fs, async () => undefined);
const open = async (content: string | Buffer) => {
  const workspace = createTestHome().workspace('main');
  await fs.writeFile(join(workspace, 'a.txt'), content);
  const context = { workspace } as ToolContext;
  return {
    context,
    workspace,
    edit: (oldText: string, newText: string, more: { path?: string; replaceAll?: boolean } = {}) =>
      edit.execute({ path: 'a.txt', oldText, newText, ...more }, context),
    text: () => fs.readFile(join(workspace, 'a.txt'), 'utf8'),
  };
};

describe('file_edit', () => {
  it('replaces exactly what was given, character by character', async () => {
    const t = await open('\ufeffprice: $1 – 价\nend');
    expect(await t.edit('$1 – 价', "$& $' 𠮷")).toBe('Replaced one place in a.txt.');
    expect(await t.text()).toBe("\ufeffprice: $& $' 𠮷\nend");
  });

  it('does nothing where it is not clear what is meant', async () => {
    const t = await open('x\ny\nx\n');
    await expect(t.edit('z', '1')).rejects.toThrow(/does not stand in "a.txt"/);
    await expect(t.edit('x', '1')).rejects.toThrow(/stands 2 times/);
    await expect(t.edit('x', 'x', { replaceAll: true })).rejects.toThrow(/are the same/);
    expect(await t.text()).toBe('x\ny\nx\n');
    expect(await t.edit('x', '1', { replaceAll: true })).toBe('Replaced 2 places in a.txt.');
    expect(await t.text()).toBe('1\ny\n1\n');
  });

  it('keeps the line ends and the mode that a file has', async () => {
    const t = await open('one\r\ntwo\r\nthree\r\n');
    await fs.chmod(join(t.workspace, 'a.txt'), 0o755);
    await t.edit('one\ntwo', '1\n2');
    expect(await t.text()).toBe('1\r\n2\r\nthree\r\n');
    expect((await fs.stat(join(t.workspace, 'a.txt'))).mode & 0o777).toBe(0o755);
  });

  it('leaves alone what it could not write back as it was, and what is outside', async () => {
    const t = await open(Buffer.from([0x61, 0xff, 0x62]));
    await expect(t.edit('a', 'b')).rejects.toThrow(/not a text file in UTF-8/);
    await expect(t.edit('a', 'b', { path: 'none.txt' })).rejects.toThrow(/There is no "none.txt"/);
    await fs.symlink('../..', join(t.workspace, 'out'));
    await expect(t.edit('a', 'b', { path: 'out/x' })).rejects.toThrow(/There is no|outside/);
    await expect(t.edit('a', 'b', { path: '../x' })).rejects.toThrow(/outside the workspace/);
  });

  it('shows the difference, and is bound to what it was made from', async () => {
    const t = await open('one\ntwo\nthree\n');
    const action = await edit.plan!({ path: 'a.txt', oldText: 'two', newText: '2' }, t.context);
    expect(action).toMatchObject({ title: 'edit a.txt (14 → 12 bytes)', risk: 'medium' });
    expect(action.preview).toBe('--- a.txt\n+++ a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n');
    await fs.writeFile(join(t.workspace, 'a.txt'), 'zero\ntwo\n');
    expect((await edit.plan!({ path: 'a.txt', oldText: 'two', newText: '2' }, t.context)).binding).not.toEqual(action.binding);
  });
});

describe('what file_write shows', () => {
  it('is the difference for a file that is there, and the text for a new one', async () => {
    const t = await open('one\ntwo\n');
    expect((await write.plan!({ path: 'a.txt', content: 'one\n2\n' }, t.context)).preview).toContain('-two\n+2\n');
    expect((await write.plan!({ path: 'b.txt', content: 'new' }, t.context)).preview).toBe('new');
  });

  it('is the new text where comparing would take too long', async () => {
    const lines = (word: string) => Array.from({ length: 5_000 }, (_none, index) => `${word} ${index}`).join('\n');
    const t = await open(lines('before'));
    expect((await write.plan!({ path: 'a.txt', content: lines('after') }, t.context)).preview).toMatch(/^after 0\n/);
  });
});
