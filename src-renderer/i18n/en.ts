import { agents } from './en/agents.ts';
import { approvals } from './en/approvals.ts';
import { channels } from './en/channels.ts';
import { common } from './en/common.ts';
import { logs } from './en/logs.ts';
import { mcp } from './en/mcp.ts';
import { settings } from './en/settings.ts';
import { setup } from './en/setup.ts';
import { skills } from './en/skills.ts';
import { tasks } from './en/tasks.ts';
import { tokens } from './en/tokens.ts';
import { usage } from './en/usage.ts';

/** Every text of the console. Keys are flat; `{{name}}` is filled in; `_one`/`_other` are picked by `count`. */
export const en = {
  ...common,
  ...agents,
  ...approvals,
  ...channels,
  ...tasks,
  ...tokens,
  ...skills,
  ...logs,
  ...mcp,
  ...settings,
  ...setup,
  ...usage,
} as const;

export type MessageKey = keyof typeof en;
