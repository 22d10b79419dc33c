import { relative } from 'node:path';
import { touch } from '../../../src-shared/touches.ts';
import { hashOf } from './text-file.ts';
import type { Action } from './tool.ts';

/** UTF-16 units shown. */
const previewMost = 8_000;
/** Comparing is on the main thread: beyond this many bytes, or changed lines, the new text is shown instead. */
const comparedMost = 256 * 1024;
const editsMost = 400;

/** What writing a file as a whole would do, with the difference to what is there. */
export const planWrite = async (workspace: string, target: string, before: Buffer | null, content: string): Promise<Action> => {
  const shown = relative(workspace, target);
  const bytes = Buffer.byteLength(content);
  return {
    title: `${before === null ? 'create' : 'replace'} ${shown} (${bytes} bytes)`,
    binding: { path: target, before: before === null ? null : hashOf(before), after: hashOf(content) },
    cwd: workspace,
    touches: [before === null ? touch('newFile', { name: shown }) : touch('file', { name: shown, bytes: before.length })],
    sandbox: null,
    preview: cut((before === null ? null : await difference(shown, before, content)) ?? content),
    risk: before === null ? 'low' : 'medium',
    rule: { path: target },
  };
};

/** As a unified diff; null where that would be no help, or take too long. */
const difference = async (name: string, before: Buffer, content: string): Promise<string | null> => {
  if (before.includes(0) || before.length > comparedMost || content.length > comparedMost) return null;
  const { createTwoFilesPatch } = await import('diff');
  const patch = createTwoFilesPatch(name, name, before.toString('utf8'), content, undefined, undefined, {
    context: 3,
    maxEditLength: editsMost,
  });
  // The lines above the names say nothing to anyone but `patch`.
  return patch === undefined ? null : patch.replace(/^Index:.*\n=+\n/, '');
};

const cut = (text: string): string => (text.length > previewMost ? `${text.slice(0, previewMost)}\n[…]` : text);
