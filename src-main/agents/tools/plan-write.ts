import { relative } from 'node:path';
import { touch } from '../../../src-shared/touches.ts';
import { textDifference } from '../../text-difference.ts';
import { hashOf } from './text-file.ts';
import type { Action } from './tool.ts';

/** UTF-16 units shown. */
const previewMost = 8_000;
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
    preview: cut((before === null ? null : await textDifference(shown, before, content)) ?? content),
    risk: before === null ? 'low' : 'medium',
    rule: { path: target },
  };
};

const cut = (text: string): string => (text.length > previewMost ? `${text.slice(0, previewMost)}\n[…]` : text);
