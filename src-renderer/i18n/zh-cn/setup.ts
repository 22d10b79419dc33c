import type { setup as en } from '../en/setup.ts';

export const setup: Readonly<Record<keyof typeof en, string>> = {
  'setup.title': '设置 OpenClaw',
};
