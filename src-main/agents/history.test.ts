import { describe, expect, it } from 'vitest';
import type { DurableEvent } from '../../src-shared/contract/events.ts';
import type { EventRow } from '../storage/database.ts';
import { toModelMessages } from './history.ts';

const said = (content: string): DurableEvent => ({ type: 'message', content, channel: 'api' });
const answered = (content: string): DurableEvent => ({
  type: 'response',
  content,
  final: true,
  usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
  durationMs: 0,
});
const log = (...entries: readonly [string, DurableEvent][]): EventRow[] =>
  entries.map(([messageId, event], index) => ({ seq: index + 1, messageId, at: 0, event }));
const shown = (rows: readonly EventRow[], current = 'now') =>
  toModelMessages(rows, current).map(({ role, content }) => `${role}: ${content}`);

describe('the history a model is given', () => {
  it('has each reply behind its message, though the log took three messages before the first reply', () => {
    const rows = log(['1', said('one')], ['2', said('two')], ['now', said('three')], ['1', answered('re one')], ['2', answered('re two')]);
    expect(shown(rows)).toEqual(['user: one', 'assistant: re one', 'user: two', 'assistant: re two']);
  });

  it('has nothing of messages that still wait', () => {
    expect(shown(log(['1', said('one')], ['now', said('two')], ['2', said('three')], ['1', answered('re one')]))).toEqual([
      'user: one',
      'assistant: re one',
    ]);
  });

  it('has what was said before a turn was cancelled or failed', () => {
    const rows = log(
      ['1', said('one')],
      ['1', { type: 'status', state: 'cancelled', content: '', partial: 'begun' }],
      ['2', said('two')],
      ['2', { type: 'error', code: 'MODEL_CUT_OFF', content: '', retryable: true, partial: 'cut' }],
      ['3', said('three')],
      ['3', { type: 'error', code: 'MODEL_AUTH', content: 'no key', retryable: false }],
    );
    expect(shown(rows)).toEqual(['user: one', 'assistant: begun', 'user: two', 'assistant: cut', 'user: three']);
  });

  it('has a tool call and its result, once', () => {
    const tool = { id: 'c1', name: 'file_read', arguments: { path: 'a' } };
    const rows = log(
      ['1', said('read a')],
      ['1', { type: 'tool_call', content: '', tool: { ...tool, status: 'started' } }],
      ['1', { type: 'tool_call', content: '', tool: { ...tool, status: 'finished', result: 'text' } }],
      ['1', answered('it says text')],
    );
    expect(toModelMessages(rows, 'now')).toEqual([
      { role: 'user', content: 'read a' },
      { role: 'assistant', content: '', toolCalls: [{ id: 'c1', name: 'file_read', argumentsJson: '{"path":"a"}' }] },
      { role: 'tool', toolCallId: 'c1', name: 'file_read', content: 'text' },
      { role: 'assistant', content: 'it says text', toolCalls: [] },
    ]);
  });

  it('begins with a user when the oldest part is left out', () => {
    const long = 'x'.repeat(300_000);
    const rows = log(['1', said(long)], ['1', answered('short')], ['2', said(long)], ['2', answered('end')]);
    expect(shown(rows)).toEqual([`user: ${long}`, 'assistant: end']);
  });
});
