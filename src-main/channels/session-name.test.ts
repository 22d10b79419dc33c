import { expect, test } from 'vitest';
import { sessionNameSchema } from '../../src-shared/models/ids.ts';
import { isQuiet } from './quiet-hours.ts';
import { sessionName } from './session-name.ts';

const message = { id: '1', from: { id: 'ann' }, content: 'x' };

test('a session is named by its chat, its sender or its thread, and no two names meet', () => {
  expect(sessionName(message)).toBe('chat:ann');
  expect(sessionName({ ...message, conversationId: 'room', threadId: 't' }, 'chat')).toBe('chat:room');
  expect(sessionName({ ...message, conversationId: 'room' }, 'sender')).toBe('sender:ann');
  expect(sessionName({ ...message, conversationId: 'room', threadId: 't' }, 'thread')).toBe('thread:room:t');
  expect(sessionName({ ...message, conversationId: 'room' }, 'thread')).toBe('chat:room');
  const odd = ['a:b', '群', 'x'.repeat(500), 'ses_a', '../..', 'sha256:0', ''].map((id) => sessionName({ ...message, from: { id } }));
  for (const name of odd) expect(sessionNameSchema.safeParse(name).success, name).toBe(true);
  expect(new Set(odd).size).toBe(odd.length);
  const thread = (conversationId: string, threadId: string) => sessionName({ ...message, conversationId, threadId }, 'thread');
  expect(thread('a:b', 'c')).not.toBe(thread('a', 'b:c'));
});

test('quiet hours go over midnight, and by their own clock', () => {
  const at = (time: string) => Date.parse(`2026-11-25T${time}:00Z`);
  const night = { from: '22:00', to: '07:00', timezone: 'UTC' };
  expect(['21:59', '22:00', '00:00', '06:59', '07:00'].map((time) => isQuiet(night, at(time)))).toEqual([false, true, true, true, false]);
  expect(isQuiet({ ...night, timezone: 'Asia/Shanghai' }, at('15:00'))).toBe(true);
  expect(isQuiet({ from: '12:00', to: '13:00', timezone: 'UTC' }, at('12:30'))).toBe(true);
  expect(isQuiet({ from: '12:00', to: '12:00', timezone: 'UTC' }, at('12:00'))).toBe(false);
  expect(isQuiet(undefined, 0)).toBe(false);
});
