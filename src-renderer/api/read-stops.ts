import * as z from 'zod';
import { type Stop, stopSchema } from '../../src-shared/contract/rest.ts';
import type { ServerFrame } from '../../src-shared/contract/ws.ts';

const dataSchema = z.object({ stops: z.array(stopSchema) });

/** What is stopped, as a `status` event says it; null for any other frame. */
export const readStops = (frame: ServerFrame): readonly Stop[] | null => {
  if (frame.type !== 'event' || frame.topic !== 'status') return null;
  const parsed = dataSchema.safeParse(frame.data);
  return parsed.success ? parsed.data.stops : null;
};
