import type { ModelToolCall } from './model-client.ts';
import type { ToolFragment } from './openai-chunk.ts';

export type JoinedCall = ModelToolCall & { readonly extra: unknown };
type OpenCall = { id: string; name: string; argumentsJson: string; extra: unknown };

/**
 * Joins the fragments of parallel tool calls. Servers differ: most number them by `index`; Gemini sends whole calls
 * all at index 0; some leave out the index, or the id, or make a new id for every fragment. A fragment opens
 * a new call only where it both names a function and differs in index or id from the call it would join.
 */
export const createToolCallJoiner = (newId: () => string) => {
  const calls: OpenCall[] = [];
  const byIndex = new Map<number, OpenCall>();

  const open = (index: number | null): OpenCall => {
    const call = { id: '', name: '', argumentsJson: '', extra: undefined };
    calls.push(call);
    if (index !== null) byIndex.set(index, call);
    return call;
  };

  const add = (fragment: ToolFragment): void => {
    const index = fragment.index ?? null;
    const id = fragment.id ?? '';
    const name = fragment.function?.name ?? '';
    const current = index === null ? calls.at(-1) : byIndex.get(index);
    const another = current !== undefined && name !== '' && current.name !== '' && (id === '' ? index === null : id !== current.id);
    const call = current === undefined || another ? open(index) : current;
    call.id ||= id;
    call.name ||= name;
    call.extra ??= fragment.extra_content;
    const piece = fragment.function?.arguments;
    if (piece !== undefined && piece !== null) call.argumentsJson += typeof piece === 'string' ? piece : JSON.stringify(piece);
  };

  return {
    add,
    /** The calls in the order they began. A call without arguments gets `{}`, one without an id a new one. */
    calls: (): readonly JoinedCall[] =>
      calls
        .filter(({ name }) => name !== '')
        .map(({ id, name, argumentsJson, extra }) => ({ extra, id: id || newId(), name, argumentsJson: argumentsJson.trim() || '{}' })),
  } as const;
};
