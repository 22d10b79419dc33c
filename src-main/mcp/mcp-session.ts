/** A server as it is reached, with the secrets that its configuration names filled in. */
export type ReachedServer =
  | {
      readonly kind: 'stdio';
      readonly argv: readonly [string, ...string[]];
      readonly env: Readonly<Record<string, string>>;
      readonly cwd: string;
    }
  | { readonly kind: 'http'; readonly url: string; readonly headers: Readonly<Record<string, string>> };

/** What a tool answered, as its server said it. */
export type McpResult = { readonly content: readonly unknown[]; readonly structured: unknown; readonly isError: boolean };

/** A server that has introduced itself: the part of the protocol that we use. */
export type McpSession = {
  /** Its own name and version. */
  readonly about: string;
  /** One page; tools as the server tells them, unchecked. */
  readonly listTools: (
    cursor: string | undefined,
    signal: AbortSignal,
  ) => Promise<{ readonly tools: readonly unknown[]; readonly nextCursor?: string | undefined }>;
  /** Rejects with the server's words where it refuses, with the signal's reason where that comes first. */
  readonly callTool: (name: string, args: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<McpResult>;
  readonly ping: (signal: AbortSignal) => Promise<void>;
  readonly close: () => Promise<void>;
};

export type SessionHooks = {
  /** It is gone, and nobody here has closed it. Called once at most. */
  readonly onEnded: (why: string) => void;
  readonly onToolsChanged: () => void;
};

/** Rejects with words for people. Twins: `sdk-session.ts`, and a script in tests. */
export type OpenMcpSession = (server: ReachedServer, hooks: SessionHooks, signal: AbortSignal) => Promise<McpSession>;
