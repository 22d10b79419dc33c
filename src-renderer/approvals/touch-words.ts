import type { MessageKey } from '../i18n/en.ts';

/** The gateway says in English what a tool touches. These of its words are always the same; others are shown as they come. */
export const touchWords: Readonly<Partial<Record<string, MessageKey>>> = {
  'every file and program that you can touch': 'approval.touch.everything',
  'files in the workspace': 'approval.touch.workspace',
  'the network': 'approval.touch.network',
  'reads the system, not your home folder': 'approval.touch.system',
};
