import type { ToolStep } from './thread.ts';

export type ReplyPart =
  | { readonly kind: 'text'; readonly key: string; readonly text: string }
  | { readonly kind: 'tools'; readonly key: string; readonly steps: readonly ToolStep[] };

/** Cuts the reply where tool calls began, so that a card stands where it happened. */
export const replyParts = (reply: string, tools: readonly ToolStep[]): readonly ReplyPart[] => {
  const parts: ReplyPart[] = [];
  let from = 0;
  const addText = (to: number): void => {
    const text = reply.slice(from, to);
    if (text.trim() !== '') parts.push({ kind: 'text', key: `text-${from}`, text });
    from = Math.max(from, to);
  };
  for (const step of [...tools].sort((a, b) => a.at - b.at)) {
    addText(Math.min(step.at, reply.length));
    const last = parts.at(-1);
    if (last?.kind === 'tools') parts[parts.length - 1] = { ...last, steps: [...last.steps, step] };
    else parts.push({ kind: 'tools', key: step.tool.id, steps: [step] });
  }
  addText(reply.length);
  return parts;
};
