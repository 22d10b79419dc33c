import type { AppError } from '../../../src-shared/app-error.ts';

/** What came with a tool call and must go back with it, although our transcript has no place for it. */
export type CallEcho = {
  /** DeepSeek and Kimi refuse a conversation in which the thinking before a call is missing. */
  readonly reasoning: string;
  /** Gemini signs its calls in `extra_content`. */
  readonly extra: unknown;
};

/**
 * What one server needs beyond the wire, learnt from its answers. Echoes live in memory only: after a restart
 * the first refusal switches to the fillers that these providers accept in their place.
 */
export type OpenAiQuirks = {
  /** `stream_options` has not been refused. */
  readonly asksUsage: () => boolean;
  /** `response_format` with a schema has not been refused. */
  readonly takesSchema: () => boolean;
  readonly remember: (callId: string, echo: CallEcho) => void;
  /** Fields to put on an assistant message with these calls. */
  readonly messageExtras: (callIds: readonly string[]) => Readonly<Record<string, unknown>>;
  /** Fields to put on a tool call. */
  readonly callExtras: (callId: string) => Readonly<Record<string, unknown>>;
  /** @returns whether this refusal teaches something; another call may have learnt it a moment before */
  readonly learn: (refusal: AppError) => boolean;
};

const rememberedCalls = 512;
const reasoningLimit = 64 * 1024;

export const createOpenAiQuirks = (): OpenAiQuirks => {
  const echoes = new Map<string, CallEcho>();
  const learnt = new Set<Lesson>();
  return {
    asksUsage: () => !learnt.has('no-usage'),
    takesSchema: () => !learnt.has('no-schema'),
    remember: (callId, { reasoning, extra }) => {
      if (reasoning === '' && extra === undefined) return;
      echoes.set(callId, { reasoning: reasoning.slice(0, reasoningLimit), extra });
      const oldest = echoes.size > rememberedCalls ? echoes.keys().next().value : undefined;
      if (oldest !== undefined) echoes.delete(oldest);
    },
    messageExtras: (callIds) => {
      const reasoning = callIds.map((id) => echoes.get(id)?.reasoning).find(Boolean) ?? (learnt.has('fill-reasoning') ? ' ' : undefined);
      return reasoning === undefined ? {} : { reasoning_content: reasoning };
    },
    callExtras: (callId) => {
      const extra = echoes.get(callId)?.extra ?? (learnt.has('fill-signature') ? anySignature : undefined);
      return extra === undefined ? {} : { extra_content: extra };
    },
    learn: (refusal) => {
      if (refusal.code !== 'MODEL_REJECTED') return false;
      const lesson = lessons.find(({ words }) => words.test(refusal.message))?.lesson;
      if (lesson === undefined) return false;
      learnt.add(lesson);
      return true;
    },
  };
};

type Lesson = 'no-usage' | 'no-schema' | 'fill-reasoning' | 'fill-signature';

const lessons: readonly { readonly lesson: Lesson; readonly words: RegExp }[] = [
  { lesson: 'no-usage', words: /stream_options|include_usage/ },
  { lesson: 'no-schema', words: /response_format|json_schema/ },
  { lesson: 'fill-reasoning', words: /reasoning_content/ },
  { lesson: 'fill-signature', words: /thought_?signature/i },
];

/** What Google documents for calls that another model made. */
const anySignature = { google: { thought_signature: 'skip_thought_signature_validator' } };
