import type { logs as en } from '../en/logs.ts';

export const logs: Readonly<Record<keyof typeof en, string>> = {
  'logs.title': '日志',
};
