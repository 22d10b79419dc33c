import { describe, expect, it } from 'vitest';
import { replyParts } from './reply-parts.ts';
import type { ToolStep } from './thread.ts';

const step = (id: string, at: number): ToolStep => ({
  at,
  startedAt: 0,
  approval: null,
  output: '',
  tool: { id, name: 'shell', arguments: {}, status: 'started' },
});
const shape = (reply: string, steps: readonly ToolStep[]) =>
  replyParts(reply, steps).map((part) => (part.kind === 'text' ? part.text : part.steps.map(({ tool }) => tool.id)));

describe('reply parts', () => {
  it('puts each call where it began', () => {
    expect(shape('before\n\nafter', [step('a', 6)])).toEqual(['before', ['a'], '\n\nafter']);
  });
  it('gathers calls that follow each other', () => {
    expect(shape('text', [step('a', 0), step('b', 0)])).toEqual([['a', 'b'], 'text']);
  });
  it('has nothing for an empty reply, and no empty texts', () => {
    expect(shape('', [])).toEqual([]);
    expect(shape('a\n', [step('x', 1)])).toEqual(['a', ['x']]);
  });
  it('keeps a call that began behind the end of a shortened reply', () => {
    expect(shape('ab', [step('x', 9)])).toEqual(['ab', ['x']]);
  });
});
