import { onTestFinished } from 'vitest';
import { type ChatRequest, type Reply, startUpstream, type Upstream } from '../../e2e/harness/upstream.ts';

/** The scripted model of the e2e harness, ended with the test. */
export const scriptModel = async (script: (request: ChatRequest, count: number) => Reply): Promise<Upstream> => {
  const upstream = await startUpstream(script);
  onTestFinished(upstream.stop);
  return upstream;
};

/** What the model was last told by the user. */
export const lastUserText = (request: ChatRequest): string => String(request.messages.findLast(({ role }) => role === 'user')?.content);

/** A reply that comes piece by piece, as the test lets it. */
export const gated = (
  chunks: readonly string[],
): {
  readonly reply: Reply;
  /** Lets the next pieces go; all of them without a number. */
  readonly release: (count?: number) => void;
} => {
  let allowed = 0;
  let wake: (() => void)[] = [];
  return {
    reply: {
      kind: 'text',
      chunks,
      gate: async (index) => {
        while (index >= allowed) await new Promise<void>((resolve) => wake.push(resolve));
      },
    },
    release: (count = Number.POSITIVE_INFINITY) => {
      allowed += count;
      const woken = wake;
      wake = [];
      for (const resolve of woken) resolve();
    },
  };
};

export { type ChatRequest, type Reply, startUpstream, type Upstream };

/** One event of a stream, for scripts that want the connection in their own hands. */
export const textChunk = (content: string): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
