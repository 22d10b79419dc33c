import { type Channel, routes } from '../../src-shared/contract/rest.ts';
import type { ServerFrame } from '../../src-shared/contract/ws.ts';

/** Every channel, as a `channels` event says it; null for any other frame. */
export const readChannels = (frame: ServerFrame): readonly Channel[] | null => {
  if (frame.type !== 'event' || frame.topic !== 'channels') return null;
  const parsed = routes.listChannels.answers[200].safeParse(frame.data);
  return parsed.success ? parsed.data.channels : null;
};
