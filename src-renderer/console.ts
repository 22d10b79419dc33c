import { createStore, type StoreApi } from 'zustand/vanilla';
import type { DesktopBridge } from '../src-shared/contract/ipc.ts';
import { createConnect } from './api/connect-socket.ts';
import { createBrowserCredentials, createDesktopCredentials } from './api/credentials.ts';
import { type ConnectionState, createEventSocket, type SocketLike } from './api/event-socket.ts';
import { createHttpClient } from './api/http-client.ts';
import { readSession } from './api/read-session.ts';
import { readStops } from './api/read-stops.ts';
import type { SendFile } from './api/send-file.ts';
import { type AnswerApproval, createAnswerApproval } from './approvals/answer-approval.ts';
import { type AgentsPageStore, createAgentsPageStore } from './features/agents/agents-page-store.ts';
import { type ApprovalsStore, createApprovalsStore } from './features/approvals/approvals-store.ts';
import { type ChannelsStore, createChannelsStore } from './features/channels/channels-store.ts';
import { type AgentsStore, createAgentsStore } from './features/chat/agents-store.ts';
import { type ChatStore, createChatStore } from './features/chat/chat-store.ts';
import { createSessionListStore, type SessionListStore } from './features/chat/session-list-store.ts';
import { createUndoMessageWrites, type UndoMessageWrites } from './features/chat/undo-message-writes.ts';
import { createUploads, type Uploads } from './features/chat/uploads.ts';
import { createLogsStore, type LogsStore } from './features/logs/logs-store.ts';
import { createRegexTester, type OpenRegexWorker } from './features/logs/regex-tester.ts';
import { createMcpStore, type McpStore } from './features/mcp/mcp-store.ts';
import { createPreferencesStore, type PreferencesStore } from './features/preferences/preferences-store.ts';
import { createSettingsStore, type SettingsStore } from './features/settings/settings-store.ts';
import { createFirstRun, type FirstRun } from './features/setup/first-run.ts';
import { createSignInStore, type SignInStore } from './features/sign-in/sign-in-store.ts';
import { createSkillsStore, type SkillsStore } from './features/skills/skills-store.ts';
import { createStatusStore, type StatusStore } from './features/status/status-store.ts';
import { createTasksStore, type TasksStore } from './features/tasks/tasks-store.ts';
import { tokenIdOf } from './features/tokens/token-id.ts';
import { createTokensStore, type TokensStore } from './features/tokens/tokens-store.ts';
import { createUsageStore, type UsageStore } from './features/usage/usage-store.ts';
import { createNavigation, type Navigation } from './navigation.ts';
import { createPinPrompt, type PinPrompt } from './pin/pin-prompt.ts';

/** Everything that lives as long as the page. Made once, in `main.tsx`; parts get it through `useConsole`. */
export type Console = {
  readonly desktop: boolean;
  /** Where the gateway is, with a slash at the end. */
  readonly baseUrl: string;
  readonly navigation: Navigation;
  readonly pin: PinPrompt;
  readonly approvals: ApprovalsStore;
  readonly answerApproval: AnswerApproval;
  readonly undoMessageWrites: UndoMessageWrites;
  readonly chat: ChatStore;
  readonly sessions: SessionListStore;
  readonly agents: AgentsStore;
  readonly agentsPage: AgentsPageStore;
  readonly status: StatusStore;
  readonly logs: LogsStore;
  readonly tasks: TasksStore;
  readonly tokens: TokensStore;
  readonly channels: ChannelsStore;
  readonly skills: SkillsStore;
  /** What another page puts into the message field; null once it is there. */
  readonly draft: StoreApi<{ readonly text: string | null }>;
  readonly uploads: Uploads;
  readonly usage: UsageStore;
  readonly settings: SettingsStore;
  readonly mcp: McpStore;
  readonly firstRun: FirstRun;
  readonly preferences: PreferencesStore;
  readonly signIn: SignInStore;
  readonly connection: StoreApi<ConnectionState>;
  readonly reconnectNow: () => void;
  readonly openExternal: (url: string) => void;
  /** Only where the shell around this page runs the gateway; resolves when it has begun. */
  readonly restartGateway: (() => Promise<unknown>) | null;
  readonly now: () => number;
  /** Connects and keeps everything fresh while signed in; returns its undo. */
  readonly start: () => () => void;
};

export type ConsolePorts = {
  readonly baseUrl: string;
  readonly bridge: DesktopBridge | undefined;
  readonly sendFile: SendFile;
  readonly storage: Storage;
  readonly preferredLanguages: readonly string[];
  readonly fetch: typeof globalThis.fetch;
  readonly openSocket: (url: string) => SocketLike;
  readonly openRegexWorker: OpenRegexWorker;
  readonly openExternal: (url: string) => void;
  readonly now: () => number;
  readonly random: () => number;
  readonly newId: () => string;
  readonly schedule: (work: () => void) => void;
};

const statusEveryMs = 30_000;
const typingPauseMs = 200;

export const createConsole = (ports: ConsolePorts): Console => {
  const { bridge, baseUrl, now } = ports;
  const credentials = bridge ? createDesktopCredentials(bridge, now) : createBrowserCredentials(ports.storage);
  const signIn = createSignInStore({ credentials, http: () => http });
  const http = createHttpClient({
    ...{ baseUrl, fetch: ports.fetch, sendFile: ports.sendFile },
    ...{ token: credentials.token, onSignedOut: signIn.refused },
  });
  const socket = createEventSocket({
    connect: createConnect({ http, baseUrl, openSocket: ports.openSocket }),
    topics: ['sessions', 'status'],
    now,
    random: ports.random,
  });
  const chat = createChatStore({ http, socket, now, newId: ports.newId, schedule: ports.schedule });
  const sessions = createSessionListStore({ http, pause: () => new Promise((resolve) => setTimeout(resolve, typingPauseMs)) });
  const agents = createAgentsStore(http);
  const status = createStatusStore(http);
  const logs = createLogsStore({
    http,
    socket,
    regexTester: createRegexTester(ports.openRegexWorker),
    pause: () => new Promise((resolve) => setTimeout(resolve)),
  });
  const pin = createPinPrompt();
  const tokens = createTokensStore({
    http,
    httpWith: (secret) => createHttpClient({ baseUrl, fetch: ports.fetch, token: async () => secret, onSignedOut: () => undefined }),
    pin,
    now,
    after: (ms, work) => void setTimeout(work, ms),
    ownId: async () => tokenIdOf(await credentials.token()),
    ownEnded: () => {
      // In the desktop the shell has another one; a browser has to be let in again.
      if (bridge) credentials.forget();
      else signIn.signOut();
      return bridge !== undefined;
    },
  });
  const skills = createSkillsStore({ http, pin });
  const approvals = createApprovalsStore({ http, socket });
  const preferences = createPreferencesStore({ storage: ports.storage, preferred: ports.preferredLanguages });
  const settings = createSettingsStore({ http, pin, show: preferences.choose, changed: () => void loadModels() });

  // In this order: the gateway knows the health of models that an agent has been asked about.
  const loadModels = (): Promise<void> => agents.load().then(status.load);
  const refresh = (): Promise<void> => {
    void sessions.load();
    void approvals.load();
    return loadModels();
  };
  const navigation = createNavigation();
  const firstRun = createFirstRun({ storage: ports.storage, status, settings, tokens });
  const offerSetup = async (): Promise<void> => {
    if ((await firstRun.isNeeded()) && navigation.getState().page === 'chat') navigation.go('setup');
  };

  return {
    desktop: bridge !== undefined,
    baseUrl,
    navigation,
    pin,
    approvals,
    answerApproval: createAnswerApproval({ http, pin }),
    undoMessageWrites: createUndoMessageWrites(http),
    chat,
    sessions,
    agents,
    agentsPage: createAgentsPageStore(http, now),
    status,
    logs,
    tasks: createTasksStore(http, now),
    tokens,
    channels: createChannelsStore({ http, socket, pin }),
    skills,
    draft: createStore<{ readonly text: string | null }>(() => ({ text: null })),
    uploads: createUploads(http),
    usage: createUsageStore(http, now),
    settings,
    mcp: createMcpStore({ http, pin }),
    firstRun,
    preferences,
    signIn,
    connection: socket.state,
    reconnectNow: socket.reconnectNow,
    restartGateway: bridge ? () => bridge.call('shell:restart-gateway', undefined) : null,
    openExternal: (url) => (bridge ? void bridge.call('shell:open-external', { url }) : ports.openExternal(url)),
    now,
    start: () => {
      let broken = false;
      const undo = [
        chat.start(),
        approvals.start(),
        socket.onFrame((frame) => {
          const stops = readStops(frame);
          if (stops !== null) status.noteStops(stops);
          const change = frame.type === 'event' ? readSession(frame.data) : null;
          if (change === null) return;
          const { session, deleted } = change;
          if (deleted) {
            sessions.noteDeleted(session.id);
            chat.noteDeleted(session.id);
            return;
          }
          sessions.note(session);
          chat.noteSession(session);
          // A turn that ended has tried its model: its health may be another now.
          if (!session.running) void status.load();
        }),
        // After a break anything can have changed; before the first connection the calls are already under way.
        socket.state.subscribe((state, before) => {
          if (state.phase === 'online' && before.phase !== 'online') {
            if (broken) void refresh();
            // What began between the list's first answer and now has been announced to nobody here.
            else void sessions.load();
          }
          broken ||= state.phase === 'offline';
        }),
        socket.start(),
      ];
      void refresh().then(offerSetup);
      void settings.load();
      const timer = setInterval(() => void status.load(), statusEveryMs);
      return () => {
        clearInterval(timer);
        for (const one of undo) one();
      };
    },
  };
};
