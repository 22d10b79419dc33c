import type { MessageKey } from './en.ts';
import { agents } from './zh-cn/agents.ts';
import { approvals } from './zh-cn/approvals.ts';
import { channels } from './zh-cn/channels.ts';
import { common } from './zh-cn/common.ts';
import { logs } from './zh-cn/logs.ts';
import { mcp } from './zh-cn/mcp.ts';
import { settings } from './zh-cn/settings.ts';
import { setup } from './zh-cn/setup.ts';
import { skills } from './zh-cn/skills.ts';
import { tasks } from './zh-cn/tasks.ts';
import { tokens } from './zh-cn/tokens.ts';
import { usage } from './zh-cn/usage.ts';

export const zhCn: Readonly<Record<MessageKey, string>> = {
  ...common,
  ...agents,
  ...tasks,
  ...approvals,
  ...channels,
  ...tokens,
  ...skills,
  ...logs,
  ...mcp,
  ...settings,
  ...setup,
  ...usage,
};
