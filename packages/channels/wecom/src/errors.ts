import { ChannelError } from '@openclaw/plugin-sdk';

/** https://developer.work.weixin.qq.com/document/path/90313; the last two as WeCom's own tools are answered: issues 12 and 15 of WecomTeam/wecom-cli. */
const refusedCredentials = new Set([40001, 40013, 40014, 41001, 41004, 42001, 853000, 93019]);
const tooMuch = new Set([45009, 45033, 846607]);
const notForThem = new Set([40003, 40031, 60011, 60111, 81013, 86004, 93006, 95000]);

/** What the SDK rejects with: the frame that WeCom answered, or an Error of its own where there was none. */
export const errorOf = (thrown: unknown): ChannelError => {
  if (thrown instanceof ChannelError) return thrown;
  const { errcode, errmsg, message } = (thrown ?? {}) as { readonly errcode?: number; readonly errmsg?: string; readonly message?: string };
  if (errcode === undefined) return new ChannelError('NETWORK', `WeCom did not take it: ${message ?? String(thrown)}`, { cause: thrown });
  const words = `WeCom answered ${errcode}: ${errmsg ?? ''}`;
  if (refusedCredentials.has(errcode)) return new ChannelError('AUTH', words);
  // It does not say for how long; its limits are counted by the minute.
  if (tooMuch.has(errcode)) return new ChannelError('RATE_LIMIT', words, { retryAfterMs: 60_000 });
  if (notForThem.has(errcode)) return new ChannelError('PEER', words);
  return new ChannelError(errcode === -1 ? 'NETWORK' : 'INTERNAL', words);
};

/** What keeps a bot from signing in, as the SDK words it; -1 and limits pass. */
export const isRefusedLogin = (error: Error): boolean => {
  const code = /^Authentication failed: .*\(code: (-?\d+)\)$/s.exec(error.message)?.[1];
  return code !== undefined && code !== '-1' && !tooMuch.has(Number(code));
};
