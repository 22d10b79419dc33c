import type { tokens as en } from '../en/tokens.ts';

export const tokens: Readonly<Record<keyof typeof en, string>> = {
  'tokens.title': '令牌',
};
