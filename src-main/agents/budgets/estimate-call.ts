import type { Prices } from '../models/list-prices.ts';
import type { ModelMessage, ModelRequest } from '../models/model-client.ts';

export type Tokens = { readonly inputTokens: number; readonly outputTokens: number };

/** What an answer is taken to be at most where nothing bounds it. */
const outputTokensDefault = 4_096;
const bytesPerToken = 4;
/** What providers count for a large picture; its bytes say nothing about it. */
const imageTokens = 1_500;
/** Beside what a message says: its role and separators. */
const messageTokens = 4;

/** What a call may take: cheap rather than exact, since it is only held until the call is over. */
export const estimateCall = ({ system, messages, tools }: ModelRequest, maxOutputTokens: number | null): Tokens => ({
  inputTokens:
    tokensOf(system) +
    messages.reduce((sum, message) => sum + messageTokens + tokensIn(message), 0) +
    (tools.length > 0 ? tokensOf(JSON.stringify(tools)) : 0),
  outputTokens: maxOutputTokens ?? outputTokensDefault,
});

const tokensIn = (message: ModelMessage): number =>
  tokensOf(message.content) +
  (message.role === 'user' ? (message.images?.length ?? 0) * imageTokens : 0) +
  (message.role === 'assistant' ? message.toolCalls.reduce((sum, call) => sum + tokensOf(call.name) + tokensOf(call.argumentsJson), 0) : 0);

const tokensOf = (text: string): number => tokensOfBytes(Buffer.byteLength(text));

export const tokensOfBytes = (bytes: number): number => Math.ceil(bytes / bytesPerToken);

export const costOf = ({ inputTokens, outputTokens }: Tokens, prices: Prices | null): number =>
  prices ? (inputTokens * prices.input + outputTokens * prices.output) / 1_000_000 : 0;
