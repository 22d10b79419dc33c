import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TurnFrame } from '../../src-shared/contract/ws.ts';
import { createPositions, type Positions } from './positions.ts';

const envelope = { agentId: 'main', sessionId: 'ses_a', timestamp: 1, messageId: 'msg_1', traceId: 't' };
const delta = (content: string, offset: number, messageId = 'msg_1'): TurnFrame => ({
  type: 'delta',
  content,
  offset,
  ...envelope,
  messageId,
});
const answer = (seq: number, messageId = 'msg_1'): TurnFrame => ({
  type: 'response',
  content: 'all',
  final: true,
  usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
  durationMs: 1,
  ...envelope,
  messageId,
  seq,
});
const restarted = (seq: number): TurnFrame => ({ type: 'status', state: 'restarted', content: '', ...envelope, seq });

const textOf = (positions: Positions, frames: readonly TurnFrame[]): string =>
  frames
    .map((frame) => positions.admit(frame))
    .map((admission) => (admission.kind === 'new' && admission.frame.type === 'delta' ? admission.frame.content : ''))
    .join('');

describe('positions', () => {
  it('lets through only the part of a delta that is new', () => {
    expect(textOf(createPositions(), [delta('Hel', 0), delta('ello', 1), delta('llo', 2), delta(' you', 5)])).toBe('Hello you');
  });

  it('asks again from where it stands when a piece is missing, and once', () => {
    const positions = createPositions();
    positions.admit(delta('Hel', 0));
    expect(positions.admit(delta('you', 6))).toEqual({
      kind: 'gap',
      resume: { type: 'resume', sessionId: 'ses_a', afterSeq: 0, messageId: 'msg_1', offset: 3 },
    });
    expect(positions.admit(delta('!', 9))).toEqual({ kind: 'gap', resume: null });
    expect(textOf(positions, [delta('lo you!', 3)])).toBe('lo you!');
  });

  it('begins a reply again after a restart', () => {
    const positions = createPositions();
    positions.admit(delta('wrong', 0));
    positions.admit(restarted(2));
    expect(textOf(positions, [delta('right', 0)])).toBe('right');
  });

  it('takes every durable frame once, also out of order', () => {
    const positions = createPositions();
    positions.follow({ refs: ['ses_a'], lastSeq: 4 });
    expect([4, 7, 6, 7, 6].map((seq) => positions.admit(answer(seq, `msg_${seq}`)).kind)).toEqual(['seen', 'new', 'new', 'seen', 'seen']);
  });

  it('hears nothing more of a turn that has ended', () => {
    const positions = createPositions();
    positions.admit(answer(2));
    expect(positions.admit(delta('late', 0)).kind).toBe('seen');
  });

  it('knows a session by all its names', () => {
    const positions = createPositions();
    positions.follow({ refs: ['handle', 'ses_a'], lastSeq: 3, running: [{ messageId: 'msg_1', offset: 5 }] });
    positions.admit(delta('67', 5));
    expect(positions.resumes()).toEqual([{ type: 'resume', sessionId: 'handle', afterSeq: 3, messageId: 'msg_1', offset: 7 }]);
  });

  it('after a reconnect asks for each waiting turn when its time comes', () => {
    const positions = createPositions();
    positions.follow({
      refs: ['ses_a'],
      lastSeq: 0,
      running: [
        { messageId: 'msg_1', offset: 0 },
        { messageId: 'msg_2', offset: 0 },
      ],
    });
    positions.resumes();
    const admission = positions.admit(answer(2));
    expect(admission).toMatchObject({ kind: 'next', resume: { messageId: 'msg_2', offset: 0 } });
  });

  it('gives the whole text for any way of sending it twice', () => {
    const pieces = fc.array(fc.tuple(fc.nat(30), fc.nat(12)), { maxLength: 40 });
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 30 }), pieces, (text, cuts) => {
        const positions = createPositions();
        let got = '';
        const send = (offset: number, length: number): void => {
          const admission = positions.admit(delta(text.slice(offset, offset + length), offset));
          if (admission.kind === 'new' && admission.frame.type === 'delta') got += admission.frame.content;
          // What the gateway does when asked.
          if (admission.kind === 'gap' && admission.resume) send(admission.resume.offset ?? 0, offset - (admission.resume.offset ?? 0));
        };
        for (const [offset, length] of cuts) if (offset < text.length) send(offset, length);
        send(0, text.length);
        expect(got).toBe(text);
      }),
    );
  });
});
