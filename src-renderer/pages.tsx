import {
  Blocks,
  Bot,
  CalendarClock,
  ChartColumn,
  KeyRound,
  MessageSquare,
  Plug,
  Radio,
  ScrollText,
  Settings,
  ShieldCheck,
  WandSparkles,
} from 'lucide-react';
import { type ComponentType, lazy } from 'react';
import { ChatPage } from './features/chat/chat-page.tsx';
import type { PageId } from './navigation.ts';

type Page = {
  readonly icon: ComponentType<{ readonly size?: number }>;
  /** All but the chat come when they are first opened. */
  readonly Content: ComponentType;
  /** Not in the rail: other pages lead there. */
  readonly aside?: true;
};

/** What stands behind each page; its name is `nav.<id>`. */
export const pages: Readonly<Record<PageId, Page>> = {
  chat: { icon: MessageSquare, Content: ChatPage },
  approvals: {
    icon: ShieldCheck,
    Content: lazy(() => import('./features/approvals/approvals-page.tsx').then(({ ApprovalsPage }) => ({ default: ApprovalsPage }))),
  },
  tasks: {
    icon: CalendarClock,
    Content: lazy(() => import('./features/tasks/tasks-page.tsx').then(({ TasksPage }) => ({ default: TasksPage }))),
  },
  agents: {
    icon: Bot,
    Content: lazy(() => import('./features/agents/agents-page.tsx').then(({ AgentsPage }) => ({ default: AgentsPage }))),
  },
  tokens: {
    icon: KeyRound,
    Content: lazy(() => import('./features/tokens/tokens-page.tsx').then(({ TokensPage }) => ({ default: TokensPage }))),
  },
  channels: {
    icon: Radio,
    Content: lazy(() => import('./features/channels/channels-page.tsx').then(({ ChannelsPage }) => ({ default: ChannelsPage }))),
  },
  skills: {
    icon: Blocks,
    Content: lazy(() => import('./features/skills/skills-page.tsx').then(({ SkillsPage }) => ({ default: SkillsPage }))),
  },
  mcp: {
    icon: Plug,
    Content: lazy(() => import('./features/mcp/mcp-page.tsx').then(({ McpPage }) => ({ default: McpPage }))),
  },
  logs: {
    icon: ScrollText,
    Content: lazy(() => import('./features/logs/logs-page.tsx').then(({ LogsPage }) => ({ default: LogsPage }))),
  },
  usage: {
    icon: ChartColumn,
    Content: lazy(() => import('./features/usage/usage-page.tsx').then(({ UsagePage }) => ({ default: UsagePage }))),
  },
  settings: {
    icon: Settings,
    Content: lazy(() => import('./features/settings/settings-page.tsx').then(({ SettingsPage }) => ({ default: SettingsPage }))),
  },
  setup: {
    icon: WandSparkles,
    Content: lazy(() => import('./features/setup/setup-page.tsx').then(({ SetupPage }) => ({ default: SetupPage }))),
    aside: true,
  },
};
