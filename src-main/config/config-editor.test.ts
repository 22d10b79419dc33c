import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { configSchema } from '../../src-shared/contract/config.ts';
import { createConfigEditor } from './config-editor.ts';
import { createConfigFile } from './config-file.ts';
import { parseConfig } from './parse-config.ts';

const onDisk = () => {
  const folder = mkdtempSync(join(tmpdir(), 'openclaw-config-editor-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = createConfigFile({ file: join(folder, 'config.json'), lastGood: join(folder, 'last-good.json'), shown: '~/config.json' });
  const written: string[] = [];
  const editor = createConfigEditor({ file, lastGood: () => configSchema.parse({}), written: (text) => written.push(text) });
  return { file, editor, written };
};
const approve = async (): Promise<void> => undefined;

it('makes changes one after the other, so that none is lost', async () => {
  const { file, editor, written } = onDisk();
  const names = Array.from({ length: 12 }, (_, index) => `agent-${index}`);
  await Promise.all(names.map((name) => editor.patch({ agents: { [name]: {} } }, approve)));
  expect(Object.keys(parseConfig(await file.read()).config?.agents ?? {})).toEqual(names);
  expect(written).toHaveLength(names.length);
});

it('goes on after one that failed', async () => {
  const { editor } = onDisk();
  const bad = editor.patch({ nonsense: 1 }, approve);
  const good = editor.patch({ logs: { level: 'warn' } }, approve);
  await expect(bad).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  await expect(good).resolves.toContain('warn');
});

it('does not write over what an editor saved while the PIN was looked at', async () => {
  const { file, editor } = onDisk();
  const change = editor.patch({ security: { allowedHosts: ['a.example'] } }, () => file.write('// mine\n{}'));
  await expect(change).rejects.toMatchObject({ code: 'CONFIG_CHANGED' });
  expect(await file.read()).toBe('// mine\n{}');
});

it('writes nothing where approval fails, or nothing changes', async () => {
  const { file, editor, written } = onDisk();
  const refused = new Error('no');
  await expect(editor.patch({ gateway: { trustedProxies: ['10.0.0.1'] } }, () => Promise.reject(refused))).rejects.toBe(refused);
  await editor.patch({ logs: null }, approve);
  expect(await file.read()).toBe('');
  expect(written).toEqual(['']);
});
