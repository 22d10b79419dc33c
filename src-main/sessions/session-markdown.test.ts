import { describe, expect, it } from 'vitest';
import type { DurableEvent } from '../../src-shared/contract/events.ts';
import { markdownOf } from './session-markdown.ts';

const at = Date.UTC(2026, 2, 6, 12, 30, 1);
const show = (event: DurableEvent): string => markdownOf({ seq: 1, messageId: 'm', at, event }, 'main');
const tool = { id: 'c1', name: 'file_read', arguments: { path: 'a.md' } };

describe('markdownOf', () => {
  it('says who said what and when, as they wrote it', () => {
    expect(show({ type: 'message', content: '# Hi\n\n*you*', channel: 'api' })).toBe(
      '\n## User · 2026-03-06T12:30:01.000Z\n\n# Hi\n\n*you*\n',
    );
    expect(
      show({ type: 'response', content: '好', final: true, usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 }, durationMs: 1 }),
    ).toBe('\n## main · 2026-03-06T12:30:01.000Z\n\n好\n');
  });

  it('fences what a tool gave in a fence that nothing in it can close', () => {
    const result = 'a\n```js\ncode\n`````\nend';
    expect(show({ type: 'tool_call', content: '', tool: { ...tool, status: 'finished', result, durationMs: 12 } })).toBe(
      `\n### Result of file_read · 12 ms · 2026-03-06T12:30:01.000Z\n\n\`\`\`\`\`\`\n${result}\n\`\`\`\`\`\`\n`,
    );
    expect(show({ type: 'tool_call', content: '', tool: { ...tool, status: 'started' } })).toBe(
      '\n### Tool file_read · 2026-03-06T12:30:01.000Z\n\n```json\n{\n  "path": "a.md"\n}\n```\n',
    );
  });

  it.each([
    ['```js\nconst a', '```js\nconst a\n```'],
    ['````\n```\nstill inside', '````\n```\nstill inside\n````'],
    ['~~~\n```\n', '~~~\n```\n~~~'],
    ['```\nwhole\n```', '```\nwhole\n```'],
    ['a ``` in a line', 'a ``` in a line'],
  ])('closes a fence that %j leaves open', (content, shown) => {
    const text = show({ type: 'status', state: 'cancelled', content: 'stopped', partial: content });
    expect(text).toBe(`\n## main · 2026-03-06T12:30:01.000Z\n\n${shown}\n\n*stopped* · 2026-03-06T12:30:01.000Z\n`);
  });

  it('says how a turn failed', () => {
    expect(show({ type: 'error', code: 'MODEL_AUTH', content: 'The model\nrefused.', retryable: false })).toBe(
      '\n## main · 2026-03-06T12:30:01.000Z\n\n**MODEL_AUTH**: The model refused.\n',
    );
  });
});
